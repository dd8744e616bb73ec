namespace EdgeSim.Index.Payloads;

/// <summary>
/// A number, integer or float, lies within these bounds. Integers are compared as doubles.
/// </summary>
/// <param name="Path">Where.</param>
public sealed record NumberRange(string Path) : Condition
{
    /// <summary>Above.</summary>
    public double? Gt { get; init; }

    /// <summary>At or above.</summary>
    public double? Gte { get; init; }

    /// <summary>Below.</summary>
    public double? Lt { get; init; }

    /// <summary>At or below.</summary>
    public double? Lte { get; init; }
}
