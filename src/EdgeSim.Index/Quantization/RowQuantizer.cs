using System.Diagnostics.CodeAnalysis;
using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// Float vector to int8 codes with one scale: scale = max|x| / 127, code = x / scale rounded to nearest, in
/// [-127, 127]. Error bound: each component is off by at most half a scale, so the row by at most scale x
/// sqrt(dimension) / 2. Symmetric and per row, so a dot product of codes needs no correction terms.
/// </summary>
internal static class RowQuantizer
{
    /// <summary>
    /// Largest code; -128 is never written, so that a row and its negative have the same error.
    /// </summary>
    internal const int CodeMax = 127;

    /// <summary>Smallest normal float: a subnormal scale would lose its own precision.</summary>
    private const float ScaleMin = 1.17549435e-38f;

    /// <summary>
    /// Codes of a stored row: the dimension rounded up to 16, so that a 128-bit kernel has no tail.
    /// </summary>
    internal static int Stride(int dimension) => (dimension + 15) & ~15;

    /// <summary>
    /// Quantises a vector. Cosine rows are brought to unit length first. O(dimension), no allocation.
    /// </summary>
    /// <param name="vector">
    /// [dimension]; checked here: finite, and where lengths count at most
    /// <see cref="IndexLimits.ComponentMax"/>.
    /// </param>
    /// <param name="metric">The collection's metric.</param>
    /// <param name="codes">[stride], written in full; zero beyond the dimension.</param>
    /// <exception cref="ArgumentException">
    /// A component is not allowed (its position is named), or a zero vector has no angle.
    /// </exception>
    internal static QuantizedRow Quantize(ReadOnlySpan<float> vector, Metric metric, Span<sbyte> codes)
    {
        float max = Check(vector, metric);
        codes.Clear();
        if (max == 0f)
        {
            return default;
        }

        double unit = metric == Metric.Cosine ? 1.0 / Norm(vector) : 1.0;

        // A vector too small for a normal scale gets coarser codes, within the same error bound.
        float scale = Math.Max((float)(max * unit / CodeMax), ScaleMin);
        double inverse = unit / scale;
        Span<sbyte> row = codes[..vector.Length];
        Span<int> sum = stackalloc int[1];
        Span<int> squares = stackalloc int[1];
        VectorKernels.Best.Quantize(vector, inverse, row);
        VectorKernels.Best.RowSums(row.Length, row, sum, squares);
        return new QuantizedRow(scale, squares[0], sum[0]);
    }

    /// <summary>Largest magnitude of a vector that has passed the checks of <see cref="Quantize"/>.</summary>
    internal static float Check(ReadOnlySpan<float> vector, Metric metric)
    {
        float max = VectorKernels.Best.MaxMagnitude(vector);
        float allowed = metric == Metric.Cosine ? float.MaxValue : IndexLimits.ComponentMax;
        if (!(max <= allowed))
        {
            Refuse(vector, allowed);
        }

        if (max == 0f && metric == Metric.Cosine)
        {
            throw new VectorException(
                "Every component is zero: a zero vector has no direction, so cosine cannot compare it.");
        }

        return max;
    }

    /// <summary>
    /// Euclidean length, in double: neither the largest nor the smallest floats over- or underflow.
    /// </summary>
    internal static double Norm(ReadOnlySpan<float> vector)
        => Math.Sqrt(VectorKernels.Best.SquareSum(vector));

    /// <summary>Names the first component that is not allowed; there is one.</summary>
    [DoesNotReturn]
    private static void Refuse(ReadOnlySpan<float> vector, float allowed)
    {
        int i = 0;
        while (Math.Abs(vector[i]) <= allowed)
        {
            i++;
        }

        throw new VectorException(
            float.IsFinite(vector[i])
                ? $"Component {i} is {vector[i]}; "
                    + $"for this metric magnitudes up to {IndexLimits.ComponentMax} are allowed."
                : $"Component {i} is {vector[i]}; every component must be a finite number.");
    }
}
