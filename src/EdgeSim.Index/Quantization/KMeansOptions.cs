namespace EdgeSim.Index.Quantization;

/// <summary>What a clustering is asked for.</summary>
public sealed record KMeansOptions
{
    /// <summary>Centroids wanted, 1 to <see cref="IndexLimits.CentroidsMax"/> and at most the rows.</summary>
    public required int Centroids { get; init; }

    /// <summary>
    /// Updates of the centroids at most, 0 to <see cref="IndexLimits.TrainingIterationsMax"/>; 0 keeps the
    /// k-means++ start.
    /// </summary>
    public int Iterations { get; init; } = 25;

    /// <summary>
    /// Ends early when an iteration lowers the error by no more than this part of it; 0 goes on as long as
    /// it falls at all.
    /// </summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Same seed and rows, same centroids bit for bit, on every machine.</summary>
    public ulong Seed { get; init; } = 1;
}
