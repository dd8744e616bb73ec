using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// A trained product quantizer and what it loses on its training rows. Made by <see cref="Train"/>.
/// </summary>
/// <param name="Quantizer">The result.</param>
/// <param name="MeanSquaredError">Mean squared distance of a training row to its decoded codes.</param>
/// <param name="MeanLoss">
/// Mean score-aware loss of a training row; for plain training the mean squared error.
/// </param>
/// <param name="Rounds">Rounds of the score-aware loss that were made.</param>
internal sealed record ProductTraining(
    ProductQuantizer Quantizer, double MeanSquaredError, double MeanLoss, int Rounds)
{
    /// <summary>
    /// A round that lowers the loss by less than this part of it is the last one: the sixth or so. All later
    /// ones together gained less than one percent where this was measured.
    /// </summary>
    private const double Tolerance = 1e-3;

    /// <summary>
    /// Trains codebooks. First each sub-space has its own k-means. With a threshold that weighs (eta above 1,
    /// see <see cref="ScoreAwareLoss"/>), rounds follow of the two steps that the authors publish: codes by
    /// coordinate descent over the sub-spaces, then centroids by closed-form least squares, here one
    /// sub-space at a time; neither step raises the loss. Deterministic for a seed, on every machine.
    /// </summary>
    /// <remarks>
    /// Memory beside the rows: the codebooks (4 bytes x centroids x dimension), the codes (1 byte x rows x
    /// sub-spaces), one sub-space's copy with its clustering (4 bytes x rows x width + 8 bytes x rows + 12
    /// bytes x centroids x width), and for the score-aware loss 21 bytes a row, 8 bytes a table entry and 8
    /// bytes x width^2. Time: O(rows x centroids x dimension) an iteration or round, plus O(rows x dimension
    /// x width) a round.
    /// </remarks>
    /// <param name="rows">
    /// [rows x dimension], at least one row a centroid and at most <see cref="IndexLimits.TrainingRowsMax"/>;
    /// finite, magnitudes up to <see cref="IndexLimits.ComponentMax"/>. For cosine: unit length.
    /// </param>
    /// <param name="options">Shape, loss, effort and seed.</param>
    /// <param name="kernels">Null for the best class; the result does not depend on it.</param>
    /// <param name="progress">Told after each sub-space and each round.</param>
    /// <param name="cancellation">Looked at every few hundred rows.</param>
    /// <exception cref="VectorException">
    /// A component is not allowed; its row and position are named.
    /// </exception>
    /// <exception cref="ArgumentException">Sizes that do not fit together, or a limit exceeded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    internal static ProductTraining Train(
        ReadOnlySpan<float> rows,
        ProductOptions options,
        VectorKernels? kernels = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        kernels ??= VectorKernels.Best;
        int dimension = options.Dimension;
        ProductQuantizer.CheckShape(dimension, options.Subspaces, options.Bits, options.Threshold);
        TrainingChecks.Iterations(options.Iterations);
        TrainingChecks.Iterations(options.Rounds);
        TrainingChecks.Rows(kernels, rows, dimension, 1 << options.Bits);

        double excess = ScoreAwareLoss.Excess(options.Threshold, dimension);
        int total = options.Subspaces + (excess > 0 ? options.Rounds : 0);
        float[] codebooks = new float[dimension << options.Bits];
        byte[] codes = new byte[rows.Length / dimension * options.Subspaces];
        var report = new Report(progress, total);
        double error = TrainPlain(rows, options, kernels, codebooks, codes, report, cancellation);
        var quantizer = new ProductQuantizer(
            dimension, options.Subspaces, options.Bits, options.Threshold, codebooks);
        return excess > 0
            ? TrainScoreAware(rows, options, kernels, quantizer, codebooks, codes, report, cancellation)
            : new ProductTraining(quantizer, error, error, 0);
    }

    /// <summary>One k-means a sub-space; returns the mean squared error.</summary>
    private static double TrainPlain(
        ReadOnlySpan<float> rows,
        ProductOptions options,
        VectorKernels kernels,
        Span<float> codebooks,
        Span<byte> codes,
        Report report,
        CancellationToken cancellation)
    {
        int subspaces = options.Subspaces;
        int count = codes.Length / subspaces;
        float[] parts = new float[count * ProductQuantizer.Offset(options.Dimension, subspaces, 1)];
        var seeds = new SplitMix64(options.Seed);
        double error = 0;
        for (int subspace = 0; subspace < subspaces; subspace++)
        {
            SubspaceRows part = Part(rows, options, subspace);
            Span<float> values = parts.AsSpan(0, count * part.Width);
            part.CopyTo(values);
            var clustering = new KMeansOptions
            {
                Centroids = 1 << options.Bits,
                Iterations = options.Iterations,
                Seed = seeds.Next(),
            };
            KMeansResult result = KMeans.TrainChecked(
                values, part.Width, clustering, kernels, null, cancellation);
            result.Centroids.CopyTo(codebooks[(part.Offset << options.Bits)..]);
            for (int row = 0; row < count; row++)
            {
                codes[(row * subspaces) + subspace] = (byte)result.Assignments[row];
            }

            error += result.MeanSquaredError;
            report.Step(subspace + 1, error);
        }

        return error;
    }

    private static ProductTraining TrainScoreAware(
        ReadOnlySpan<float> rows,
        ProductOptions options,
        VectorKernels kernels,
        ProductQuantizer quantizer,
        float[] codebooks,
        byte[] codes,
        Report report,
        CancellationToken cancellation)
    {
        int subspaces = options.Subspaces;
        int count = codes.Length / subspaces;
        double excess = ScoreAwareLoss.Excess(options.Threshold, options.Dimension);
        double[] inverses = new double[count];
        double[] parallels = new double[count];
        byte[] column = new byte[count];
        for (int row = 0; row < count; row++)
        {
            double norm = RowQuantizer.Norm(rows.Slice(row * options.Dimension, options.Dimension));
            inverses[row] = norm > 0 ? 1 / norm : 0;
        }

        var encoder = new ProductEncoder(quantizer, kernels);
        double previous = double.MaxValue;
        for (int round = 0; ; round++)
        {
            double squares = 0;
            double losses = 0;
            for (int row = 0; row < count; row++)
            {
                if (row % LloydRun.RowBlock == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                }

                RowLoss loss = encoder.Improve(
                    rows.Slice(row * options.Dimension, options.Dimension),
                    codes.AsSpan(row * subspaces, subspaces));
                parallels[row] = loss.Parallel;
                squares += loss.SquaredError;
                losses += loss.Loss;
            }

            report.Step(subspaces + round, losses / count);
            if (round == options.Rounds || previous - losses <= Tolerance * previous)
            {
                return new ProductTraining(quantizer, squares / count, losses / count, round);
            }

            previous = losses;
            for (int subspace = 0; subspace < subspaces; subspace++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (int row = 0; row < count; row++)
                {
                    column[row] = codes[(row * subspaces) + subspace];
                }

                // The quantizer holds these very codebooks, and nobody else has seen it yet.
                SubspaceRows part = Part(rows, options, subspace);
                Span<float> codebook = codebooks.AsSpan(
                    part.Offset << options.Bits, part.Width << options.Bits);
                ScoreAwareLoss.Update(part, inverses, column, excess, parallels, codebook);
            }
        }
    }

    private static SubspaceRows Part(ReadOnlySpan<float> rows, ProductOptions options, int subspace)
    {
        int offset = ProductQuantizer.Offset(options.Dimension, options.Subspaces, subspace);
        int end = ProductQuantizer.Offset(options.Dimension, options.Subspaces, subspace + 1);
        return new SubspaceRows(rows, options.Dimension, offset, end - offset);
    }

    /// <summary>Where steps are told, if anywhere.</summary>
    private readonly struct Report(IProgress<TrainingProgress>? progress, int total)
    {
        internal void Step(int done, double error)
            => progress?.Report(new TrainingProgress(done, total, error));
    }
}
