namespace EdgeSim.Index.Search;

/// <summary>
/// How the similarities of a row to several vectors make a score. Every rule grows with the similarity to
/// each positive and falls with that to each negative, so bounds of those are bounds of the score.
/// </summary>
internal enum ExampleRule
{
    /// <summary>See <see cref="RecommendStrategy.BestScore"/>.</summary>
    BestScore,

    /// <summary>See <see cref="RecommendStrategy.SumScores"/>.</summary>
    SumScores,

    /// <summary>See <see cref="DiscoverQuery"/>: the target, then each pair's positive and negative.</summary>
    Discover,

    /// <summary>See <see cref="ContextQuery"/>: each pair's positive and negative.</summary>
    Context,
}
