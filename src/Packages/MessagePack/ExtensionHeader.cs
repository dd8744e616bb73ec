namespace MessagePack;

/// <summary>What stands before the bytes of an extension.</summary>
public struct ExtensionHeader : IEquatable<ExtensionHeader>
{
    /// <summary>A type and a length in bytes.</summary>
    public ExtensionHeader(sbyte typeCode, uint length)
    {
        TypeCode = typeCode;
        Length = length;
    }

    /// <summary>A type and a length in bytes, which must not be negative.</summary>
    public ExtensionHeader(sbyte typeCode, int length)
        : this(typeCode, checked((uint)length))
    {
    }

    /// <summary>Negative numbers are the specification's.</summary>
    public sbyte TypeCode { get; private set; }

    /// <summary>Bytes that follow.</summary>
    public uint Length { get; private set; }

    /// <summary>Whether type and length are the same.</summary>
    public readonly bool Equals(ExtensionHeader other)
        => TypeCode == other.TypeCode && Length == other.Length;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is ExtensionHeader other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(TypeCode, Length);
}
