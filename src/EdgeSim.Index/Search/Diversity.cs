namespace EdgeSim.Index.Search;

/// <summary>
/// Maximal marginal relevance: of the nearest candidates the best one is taken, then again and again the one
/// with the largest lambda x similarity to the query - (1 - lambda) x largest similarity to one taken already.
/// Carbonell and Goldstein 1998, "The use of MMR, diversity-based reranking"; similarities and the score of
/// the matches (that of the query, not sorted by it) as in Qdrant (lib/shard/src/query/mmr, where the REST
/// parameter <c>diversity</c> is 1 - lambda). Equal values: the candidate that is nearer.
/// </summary>
public sealed record Diversity
{
    /// <summary>1: nearness only; 0: difference only. Qdrant's default.</summary>
    public float Lambda { get; init; } = 0.5f;

    /// <summary>
    /// Nearest points among which is chosen, at most <see cref="IndexLimits.DiversityCandidatesMax"/>; null,
    /// or fewer than the matches wanted (offset included): as many as those.
    /// </summary>
    public int? Candidates { get; init; }

    /// <summary>Candidates for so many matches.</summary>
    /// <exception cref="ArgumentException">A value is not allowed.</exception>
    internal int CandidatesFor(int matches)
    {
        if (!(Lambda >= 0f && Lambda <= 1f))
        {
            throw new ArgumentException($"Lambda is {Lambda}; allowed are 0 to 1.", nameof(Lambda));
        }

        int candidates = Math.Max(Candidates ?? matches, matches);
        return candidates <= IndexLimits.DiversityCandidatesMax && Candidates is not <= 0
            ? candidates
            : throw new ArgumentException(
                $"Candidates is {Candidates?.ToString() ?? "not given"} for {matches} matches; "
                + $"allowed are 1 to {IndexLimits.DiversityCandidatesMax} of both. Ask for less at once.",
                nameof(Candidates));
    }
}
