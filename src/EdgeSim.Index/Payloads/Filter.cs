namespace EdgeSim.Index.Payloads;

/// <summary>
/// Which points are meant: all of <see cref="Must"/>, none of <see cref="MustNot"/>, at least one of
/// <see cref="Should"/> and enough of <see cref="MinShould"/>. A list without conditions asks for nothing, so
/// an empty filter means every point. A filter is a condition too.
/// </summary>
public sealed record Filter : Condition
{
    /// <summary>All of these hold.</summary>
    public IReadOnlyList<Condition> Must { get; init; } = [];

    /// <summary>At least one of these holds.</summary>
    public IReadOnlyList<Condition> Should { get; init; } = [];

    /// <summary>None of these holds.</summary>
    public IReadOnlyList<Condition> MustNot { get; init; } = [];

    /// <summary>So many of these hold, or null.</summary>
    public MinShould? MinShould { get; init; }
}
