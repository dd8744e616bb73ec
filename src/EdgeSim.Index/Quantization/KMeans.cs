using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// k-means clustering: Lloyd's iterations from a k-means++ start. Seeded, and bit for bit the same on every
/// machine: distances come from <see cref="VectorKernels"/>, whose classes agree, and every sum is taken in
/// the order of the rows. Lloyd 1982, "Least squares quantization in PCM"; Arthur and Vassilvitskii 2007,
/// "k-means++: the advantages of careful seeding".
/// </summary>
public static class KMeans
{
    /// <summary>
    /// Clusters rows. O(rows x centroids x dimension) for the start and for each iteration. Allocates 12
    /// bytes a component of a centroid and 8 bytes a row; the rows stay with the caller. A centroid that
    /// loses all its rows takes the row farthest from its own centroid, which splits the worst cluster.
    /// </summary>
    /// <param name="rows">
    /// [rows x dimension], at most <see cref="IndexLimits.TrainingRowsMax"/> rows; finite, magnitudes up to
    /// <see cref="IndexLimits.ComponentMax"/>.
    /// </param>
    /// <param name="dimension">Components of a row, 1 to <see cref="IndexLimits.DimensionMax"/>.</param>
    /// <param name="options">Centroids, iterations, seed.</param>
    /// <param name="kernels">Null for the best class; the result does not depend on it.</param>
    /// <param name="progress">Told after every iteration, on this thread.</param>
    /// <param name="cancellation">Looked at every few hundred rows.</param>
    /// <exception cref="VectorException">
    /// A component is not allowed; its row and position are named.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// Sizes that do not fit together, more centroids than rows, or a limit exceeded.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static KMeansResult Train(
        ReadOnlySpan<float> rows,
        int dimension,
        KMeansOptions options,
        VectorKernels? kernels = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        kernels ??= VectorKernels.Best;
        TrainingChecks.Options(options);
        TrainingChecks.Rows(kernels, rows, dimension, options.Centroids);
        return TrainChecked(rows, dimension, options, kernels, progress, cancellation);
    }

    /// <summary><see cref="Train"/> for rows and options that have passed its checks.</summary>
    internal static KMeansResult TrainChecked(
        ReadOnlySpan<float> rows,
        int dimension,
        KMeansOptions options,
        VectorKernels kernels,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellation)
    {
        float[] centroids = new float[options.Centroids * dimension];
        float[] distances = new float[rows.Length / dimension];
        Start(kernels, rows, dimension, centroids, distances, new SplitMix64(options.Seed), cancellation);
        return new LloydRun(kernels, rows, dimension, centroids, distances)
            .Run(options, progress, cancellation);
    }

    /// <summary>
    /// k-means++: the first centroid is any row, each further one a row drawn with a chance proportional to
    /// its squared distance to the nearest centroid so far. Rows that all lie on centroids are drawn evenly.
    /// </summary>
    internal static void Start(
        VectorKernels kernels,
        ReadOnlySpan<float> rows,
        int dimension,
        Span<float> centroids,
        Span<float> nearest,
        SplitMix64 random,
        CancellationToken cancellation)
    {
        Span<float> distances = stackalloc float[LloydRun.RowBlock];
        nearest.Fill(float.PositiveInfinity);
        int chosen = random.Below(nearest.Length);
        for (int start = 0; ; start += dimension)
        {
            ReadOnlySpan<float> centroid = rows.Slice(chosen * dimension, dimension);
            centroid.CopyTo(centroids[start..]);
            if (start + dimension == centroids.Length)
            {
                return;
            }

            double total = 0;
            for (int first = 0; first < nearest.Length; first += LloydRun.RowBlock)
            {
                cancellation.ThrowIfCancellationRequested();
                int count = Math.Min(LloydRun.RowBlock, nearest.Length - first);
                kernels.DistanceSquared(
                    centroid, rows.Slice(first * dimension, count * dimension), distances[..count]);
                for (int i = 0; i < count; i++)
                {
                    nearest[first + i] = Math.Min(nearest[first + i], distances[i]);
                    total += nearest[first + i];
                }
            }

            chosen = total > 0 ? Draw(nearest, random.Fraction() * total) : random.Below(nearest.Length);
        }
    }

    /// <summary>The row in whose share of the total the target falls; never one without a share.</summary>
    private static int Draw(ReadOnlySpan<float> shares, double target)
    {
        int last = 0;
        double sum = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            if (shares[i] > 0)
            {
                last = i;
                sum += shares[i];
                if (sum > target)
                {
                    break;
                }
            }
        }

        return last;
    }
}
