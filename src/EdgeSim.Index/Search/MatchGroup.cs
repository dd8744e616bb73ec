using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Search;

/// <summary>Matches that have a value in common.</summary>
/// <param name="Value">The text or integer.</param>
/// <param name="Matches">The best of them, best first; at least one.</param>
public sealed record MatchGroup(PayloadValue Value, IReadOnlyList<Match> Matches);
