namespace EdgeSim.Index.Payloads;

/// <summary>
/// The number of values lies within these bounds: an array has as many as elements, null and a missing field
/// none, everything else one.
/// </summary>
/// <param name="Path">Where.</param>
public sealed record ValuesCount(string Path) : Condition
{
    /// <summary>Above.</summary>
    public int? Gt { get; init; }

    /// <summary>At or above.</summary>
    public int? Gte { get; init; }

    /// <summary>Below.</summary>
    public int? Lt { get; init; }

    /// <summary>At or below.</summary>
    public int? Lte { get; init; }
}
