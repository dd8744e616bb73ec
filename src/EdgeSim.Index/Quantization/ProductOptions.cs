namespace EdgeSim.Index.Quantization;

/// <summary>What a product quantizer is asked for.</summary>
internal sealed record ProductOptions
{
    /// <summary>The threshold that the authors of ScaNN recommend.</summary>
    internal const double ScannThreshold = 0.2;

    /// <summary>Components of a row.</summary>
    public required int Dimension { get; init; }

    /// <summary>
    /// Sub-spaces: codes of a row; 1 to 256 (<see cref="Kernels.VectorKernels.SubspacesMax"/>) and at most
    /// the dimension.
    /// </summary>
    public required int Subspaces { get; init; }

    /// <summary>Bits of a code: 4 (16 centroids, fast scan) or 8 (256 centroids).</summary>
    public int Bits { get; init; } = 4;

    /// <summary>
    /// Threshold of the score-aware loss as a part of the row's length, at least 0 and below 1: how large a
    /// cosine with a query must be before an error of the score matters. 0 trains and encodes for plain
    /// squared error.
    /// </summary>
    public double Threshold { get; init; }

    /// <summary>Iterations of each sub-space's k-means at most.</summary>
    public int Iterations { get; init; } = 25;

    /// <summary>Rounds of the score-aware loss at most, after the plain training.</summary>
    public int Rounds { get; init; } = 10;

    /// <summary>Threads at most; the result does not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Same seed and rows, same codebooks bit for bit, on every machine.</summary>
    public ulong Seed { get; init; } = 1;
}
