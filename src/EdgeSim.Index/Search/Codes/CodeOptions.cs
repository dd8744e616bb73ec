using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Search.Codes;

/// <summary>Which compressed codes a column gets, and how they are made.</summary>
internal sealed record CodeOptions
{
    /// <summary>Whether it gets product codes.</summary>
    internal bool IsProduct { get; init; }

    /// <summary>Whether it gets one-bit codes.</summary>
    internal bool IsBits { get; init; }

    /// <summary>Sub-spaces of the product codes; 0: <see cref="SubspacesFor"/>.</summary>
    internal int Subspaces { get; init; }

    /// <summary>Bits of a product code, 4 or 8.</summary>
    internal int Bits { get; init; } = 4;

    /// <summary>
    /// Threshold of the score-aware loss (<see cref="ProductOptions.Threshold"/>); null: what suits the
    /// metric.
    /// </summary>
    internal double? Threshold { get; init; }

    /// <summary>Threads that encode; the codes do not depend on them.</summary>
    internal int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Seed of sample, training and rotation.</summary>
    internal ulong Seed { get; init; } = 1;

    /// <summary>Vectors of a column from which it gets codes: fewer are compared as fast without.</summary>
    internal int RowsMin { get; init; } = 8192;

    /// <summary>
    /// Sub-spaces for a dimension: two components each up to 128 dimensions, then eight each, and never
    /// fewer than 48, so that a vector takes 24 bytes and more with 4 bits.
    /// </summary>
    internal static int SubspacesFor(int dimension)
        => dimension <= 128
            ? (dimension + 1) / 2
            : Math.Clamp(dimension / 8, 48, VectorKernels.SubspacesMax);

    /// <summary>
    /// The threshold for a metric: where a score is an inner product with the row, errors along the row
    /// count. A distance is to be right in every direction: the offset beside the codes has taken the
    /// error along the row out already.
    /// </summary>
    internal static double ThresholdFor(Metric metric)
        => metric == Metric.Euclid ? 0 : ProductOptions.ScannThreshold;

    /// <summary>What the training of a column is asked for.</summary>
    internal ProductOptions ForTraining(Metric metric, int dimension)
    {
        int subspaces = Math.Min(Subspaces > 0 ? Subspaces : SubspacesFor(dimension), dimension);
        bool isWide = dimension > (long)subspaces * IndexLimits.ScoreAwareWidthMax;
        return new ProductOptions
        {
            Dimension = dimension,
            Subspaces = subspaces,
            Bits = Bits,
            Threshold = isWide ? 0 : Threshold ?? ThresholdFor(metric),
            Threads = Threads,
            Seed = Seed,
        };
    }

    internal void Validate()
    {
        if (Subspaces is < 0 or > VectorKernels.SubspacesMax
            || Bits is not (4 or 8)
            || !((Threshold ?? 0) is >= 0 and < 1)
            || Threads < 1
            || RowsMin < 1)
        {
            throw new ArgumentException(
                $"Sub-spaces {Subspaces} (0 to {VectorKernels.SubspacesMax}), bits {Bits} (4 or 8), "
                + $"threshold {Threshold} (at least 0, below 1), threads {Threads} and rows {RowsMin} "
                + "(at least 1) are no way to make codes.");
        }
    }
}
