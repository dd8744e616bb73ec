namespace MessagePack;

/// <summary>The one value of MessagePack's type nil.</summary>
public struct Nil : IEquatable<Nil>
{
    /// <summary>The value.</summary>
    public static readonly Nil Default;

    /// <summary>Always true: there is one nil.</summary>
    public readonly bool Equals(Nil other) => true;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Nil;

    /// <inheritdoc/>
    public override readonly int GetHashCode() => 0;

    /// <inheritdoc/>
    public override readonly string ToString() => "()";
}
