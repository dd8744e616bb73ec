namespace EdgeSim.Index.Search;

/// <summary>
/// Points like some examples and unlike others. Meaning and scores are Qdrant's
/// (lib/segment/src/vector_storage/query/reco_query.rs; documentation "Explore the data"). Its documentation
/// states best score as p or -(n x n); the server has computed f(p) or -f(n) with the sigmoid
/// of <see cref="RecommendStrategy.BestScore"/> since 1.7, because a square ranks negative similarities the
/// wrong way round, and so do we. O(rows x examples x dimension), with the average O(rows x dimension).
/// </summary>
public sealed record RecommendQuery : VectorQuery
{
    /// <summary>
    /// What matches should be like. With the negatives 1 to <see cref="IndexLimits.ExamplesMax"/>.
    /// </summary>
    public IReadOnlyList<VectorInput> Positives { get; init; } = [];

    /// <summary>
    /// What matches should not be like. Alone they find what is least like any of them; not with the average.
    /// </summary>
    public IReadOnlyList<VectorInput> Negatives { get; init; } = [];

    /// <summary>How the examples make a score.</summary>
    public RecommendStrategy Strategy { get; init; }
}
