namespace EdgeSim.Index;

/// <summary>What "near" means in a collection. The numbers are written to files: never renumber.</summary>
public enum Metric
{
    /// <summary>
    /// The angle: score is the cosine, in [-1, 1]. Lengths do not matter; a zero vector has no angle and is
    /// refused.
    /// </summary>
    Cosine = 1,

    /// <summary>The inner product: score is the sum of products, unbounded.</summary>
    Dot = 2,

    /// <summary>
    /// The straight line: score is <b>minus</b> the Euclidean distance, so that higher is nearer here too; at
    /// most 0.
    /// </summary>
    Euclid = 3,
}
