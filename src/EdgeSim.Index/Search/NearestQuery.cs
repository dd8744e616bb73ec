namespace EdgeSim.Index.Search;

/// <summary>The points nearest to one vector; the score is the collection's <see cref="Metric"/>.</summary>
/// <param name="Input">The vector, or the point that has it.</param>
public sealed record NearestQuery(VectorInput Input) : VectorQuery
{
    /// <summary>How the best ones are thinned out so that they differ from each other; null: not at all.</summary>
    public Diversity? Diversity { get; init; }
}
