namespace EdgeSim.Index.Payloads;

/// <summary>
/// A time lies within these bounds: a MessagePack timestamp, or a text as RFC 3339 has it. A text without an
/// offset is UTC, one without a time of day is midnight. Compared at 100 ns.
/// </summary>
/// <param name="Path">Where.</param>
public sealed record DatetimeRange(string Path) : Condition
{
    /// <summary>Above.</summary>
    public DateTimeOffset? Gt { get; init; }

    /// <summary>At or above.</summary>
    public DateTimeOffset? Gte { get; init; }

    /// <summary>Below.</summary>
    public DateTimeOffset? Lt { get; init; }

    /// <summary>At or below.</summary>
    public DateTimeOffset? Lte { get; init; }
}
