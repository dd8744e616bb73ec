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
    /// Trains codebooks. First each sub-space has its own k-means, all in step: a pass over the rows assigns
    /// them in every sub-space. With a threshold that weighs (eta above 1, see <see cref="ScoreAwareLoss"/>),
    /// rounds follow of the two steps that the authors publish: codes by coordinate descent over the
    /// sub-spaces, then centroids by closed-form least squares, here one sub-space at a time; neither step
    /// raises the loss. Deterministic for a seed, on every machine and for any number of threads.
    /// </summary>
    /// <remarks>
    /// Memory beside the rows: the codebooks (8 bytes x centroids x dimension), the codes (1 byte x rows x
    /// sub-spaces), and for the score-aware loss 16 bytes a row; each thread 8 bytes a table entry and the
    /// part of a sub-space of the rows that start it. Time: O(rows x centroids x dimension) an iteration or
    /// round, plus O(rows x dimension x width) a round.
    /// </remarks>
    /// <param name="rows">
    /// [rows x dimension], at least one row a centroid and at most <see cref="IndexLimits.TrainingRowsMax"/>;
    /// finite, magnitudes up to <see cref="IndexLimits.ComponentMax"/>. For cosine: unit length.
    /// </param>
    /// <param name="options">Shape, loss, effort and seed.</param>
    /// <param name="kernels">Null for the best class; the result does not depend on it.</param>
    /// <param name="progress">Told after each iteration and each round.</param>
    /// <param name="cancellation">Looked at every few hundred rows.</param>
    /// <param name="directions">
    /// [rows x dimension]: along which errors weigh more, where that is not the row; empty: the rows.
    /// </param>
    /// <exception cref="VectorException">
    /// A component is not allowed; its row and position are named.
    /// </exception>
    /// <exception cref="ArgumentException">Sizes that do not fit together, or a limit exceeded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    internal static ProductTraining Train(
        ReadOnlyMemory<float> rows,
        ProductOptions options,
        VectorKernels? kernels = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default,
        ReadOnlyMemory<float> directions = default)
    {
        kernels ??= VectorKernels.Best;
        int dimension = options.Dimension;
        ProductQuantizer.CheckShape(dimension, options.Subspaces, options.Bits, options.Threshold);
        TrainingChecks.Iterations(options.Iterations);
        TrainingChecks.Iterations(options.Rounds);
        TrainingChecks.Rows(kernels, rows.Span, dimension, 1 << options.Bits);
        if (!directions.IsEmpty && directions.Length != rows.Length)
        {
            throw new ArgumentException(
                $"{directions.Length} components are not the directions of {rows.Length}.",
                nameof(directions));
        }

        var run = new ProductTrainingRun(
            rows, directions.IsEmpty ? rows : directions, options, kernels, progress, cancellation);
        double error = run.TrainPlain();
        return ScoreAwareLoss.Excess(options.Threshold, dimension) > 0
            ? run.TrainScoreAware()
            : new ProductTraining(run.Quantizer, error, error, 0);
    }
}
