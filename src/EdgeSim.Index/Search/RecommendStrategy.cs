namespace EdgeSim.Index.Search;

/// <summary>How examples make a score.</summary>
public enum RecommendStrategy
{
    /// <summary>
    /// A search for one vector: the mean of the positives, or with negatives mean(positives) +
    /// (mean(positives) - mean(negatives)). Needs a positive.
    /// </summary>
    AverageVector = 0,

    /// <summary>
    /// With p and n the largest similarity to a positive and to a negative (minus infinity where there is
    /// none): f(p) where p > n, else -f(n), f(x) = (x / (1 + |x|) + 1) / 2. Any row that is nearer to a
    /// positive stands before any that is not.
    /// </summary>
    BestScore = 1,

    /// <summary>The sum of the similarities to the positives minus those to the negatives.</summary>
    SumScores = 2,
}
