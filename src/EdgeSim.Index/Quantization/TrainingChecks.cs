using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>What every training refuses, so that the loops behind need not look.</summary>
internal static class TrainingChecks
{
    /// <summary>Refuses numbers outside of their ranges.</summary>
    internal static void Options(KMeansOptions options)
    {
        Range(options.Centroids, 1, IndexLimits.CentroidsMax, "centroids");
        Iterations(options.Iterations);
        if (!(options.Tolerance is >= 0 and < 1))
        {
            throw new ArgumentException(
                $"The tolerance is {options.Tolerance}; it must be at least 0 and below 1.", nameof(options));
        }
    }

    /// <summary>Refuses an iteration count outside of its range.</summary>
    internal static void Iterations(int iterations)
        => Range(iterations, 0, IndexLimits.TrainingIterationsMax, "iterations");

    /// <summary>Refuses a number outside of its range, by name.</summary>
    internal static void Range(int value, int min, int max, string what)
    {
        if (value < min || value > max)
        {
            throw new ArgumentException($"{value} {what}; allowed are {min} to {max}.");
        }
    }

    /// <summary>
    /// Refuses training rows that do not fit together, are too few or too many, or hold a component that is
    /// not finite or too large. O(rows x dimension).
    /// </summary>
    internal static void Rows(
        VectorKernels kernels, ReadOnlySpan<float> rows, int dimension, int centroids)
    {
        Range(dimension, 1, IndexLimits.DimensionMax, "components a row");
        if (rows.Length % dimension != 0)
        {
            throw new ArgumentException(
                $"{rows.Length} components are not whole rows of {dimension}.", nameof(rows));
        }

        int count = rows.Length / dimension;
        if (count < centroids)
        {
            throw new ArgumentException(
                $"{count} training rows are too few for {centroids} centroids; give at least as many rows.",
                nameof(rows));
        }

        if (count > IndexLimits.TrainingRowsMax)
        {
            throw new ArgumentException(
                $"{count} training rows; allowed are {IndexLimits.TrainingRowsMax}. Train on a sample.",
                nameof(rows));
        }

        for (int row = 0; row < count; row++)
        {
            Vector(kernels, rows.Slice(row * dimension, dimension), row);
        }
    }

    /// <summary>
    /// Refuses a vector with a component that is not finite or beyond <see cref="IndexLimits.ComponentMax"/>.
    /// </summary>
    /// <param name="kernels">Finds whether there is one.</param>
    /// <param name="vector">[dimension].</param>
    /// <param name="row">Number of the training row for the message; below 0 for a vector alone.</param>
    internal static void Vector(VectorKernels kernels, ReadOnlySpan<float> vector, int row = -1)
    {
        if (kernels.MaxMagnitude(vector) <= IndexLimits.ComponentMax)
        {
            return;
        }

        for (int i = 0; i < vector.Length; i++)
        {
            if (!(Math.Abs(vector[i]) <= IndexLimits.ComponentMax))
            {
                string place = row < 0 ? $"Component {i}" : $"Row {row}, component {i}";
                throw new VectorException(
                    $"{place} is {vector[i]}; every component must be a finite number of magnitude up to "
                    + $"{IndexLimits.ComponentMax}.");
            }
        }
    }
}
