using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// A second int8 plane for measuring again: what the row's int8 codes left over, quantised with the row's
/// scale / 254. Component = scale x (code + residual / 254), some 16 bits in all. A scan never reads it.
/// </summary>
/// <remarks>
/// Error bound: <see cref="RowQuantizer"/> leaves at most half a scale a component, 127 residual codes of
/// scale / 254 each, so at most scale / 508 stays (1/254 of the codes' own bound), and of the row scale x
/// sqrt(dimension) / 508. Cosine rows are measured against the vector at unit length. By Cauchy and Schwarz a
/// dot product is off by at most |q| times that. No scale of its own is stored.
/// </remarks>
internal static class ResidualPlane
{
    /// <summary>Residual codes of one step of the row's codes.</summary>
    internal const int Steps = 2 * RowQuantizer.CodeMax;

    /// <summary>Quantises what is left over. O(dimension), no allocation.</summary>
    /// <param name="vector">[dimension], the one that the codes were made from.</param>
    /// <param name="metric">The collection's metric.</param>
    /// <param name="codes">[stride] from <see cref="RowQuantizer.Quantize"/>.</param>
    /// <param name="scale">The row's scale; 0 for a zero vector.</param>
    /// <param name="residuals">[stride], written in full; zero beyond the dimension.</param>
    /// <exception cref="VectorException">As for <see cref="RowQuantizer.Quantize"/>.</exception>
    /// <exception cref="ArgumentException">The spans do not fit each other.</exception>
    internal static void Quantize(
        ReadOnlySpan<float> vector,
        Metric metric,
        ReadOnlySpan<sbyte> codes,
        float scale,
        Span<sbyte> residuals)
    {
        CheckPair(codes.Length, residuals.Length);
        if (codes.Length != RowQuantizer.Stride(vector.Length))
        {
            throw new VectorException(
                $"The vector has {vector.Length} components; its codes have {codes.Length}.");
        }

        float max = RowQuantizer.Check(vector, metric);
        residuals.Clear();
        if (max == 0f)
        {
            return;
        }

        // In double throughout: scale / 254 as a float could be subnormal.
        double inverse = (metric == Metric.Cosine ? 1.0 / RowQuantizer.Norm(vector) : 1.0) / scale;
        for (int i = 0; i < vector.Length; i++)
        {
            double rest = ((vector[i] * inverse) - codes[i]) * Steps;
            residuals[i] = (sbyte)Math.Clamp(
                Math.Round(rest), -RowQuantizer.CodeMax, RowQuantizer.CodeMax);
        }
    }

    /// <summary>The vector from both planes (at unit length for cosine). O(dimension).</summary>
    /// <param name="codes">[dimension or more].</param>
    /// <param name="residuals">As many.</param>
    /// <param name="scale">The row's scale.</param>
    /// <param name="vector">[dimension], written in full.</param>
    /// <exception cref="ArgumentException">
    /// The planes differ in length or are shorter than the vector.
    /// </exception>
    internal static void Reconstruct(
        ReadOnlySpan<sbyte> codes, ReadOnlySpan<sbyte> residuals, float scale, Span<float> vector)
    {
        CheckPair(codes.Length, residuals.Length);
        if (codes.Length < vector.Length)
        {
            throw new ArgumentException(
                $"{codes.Length} codes do not fill {vector.Length} components.", nameof(codes));
        }

        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)((double)scale * ((codes[i] * Steps) + residuals[i]) / Steps);
        }
    }

    /// <summary>
    /// Inner product of a float query with both planes; for cosine divide by the query's length. Two kernel
    /// calls, O(length).
    /// </summary>
    /// <param name="kernels">Any class: all give the same bits.</param>
    /// <param name="query">[stride], padded with zeros.</param>
    /// <param name="codes">[stride].</param>
    /// <param name="residuals">[stride].</param>
    /// <param name="scale">The row's scale.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    internal static double Dot(
        VectorKernels kernels,
        ReadOnlySpan<float> query,
        ReadOnlySpan<sbyte> codes,
        ReadOnlySpan<sbyte> residuals,
        float scale)
        => scale * (kernels.Dot(query, codes) + (kernels.Dot(query, residuals) / Steps));

    /// <summary>
    /// Squared distance of a float query to both planes, from the differences to the first one: |q - s c|^2 -
    /// 2 t (q.r - s c.r) + t^2 r.r with t = scale / 254. Equal vectors lose about eight digits of sixteen.
    /// Two float and two int8 kernel calls, O(length).
    /// </summary>
    /// <inheritdoc cref="Dot"/>
    internal static double DistanceSquared(
        VectorKernels kernels,
        ReadOnlySpan<float> query,
        ReadOnlySpan<sbyte> codes,
        ReadOnlySpan<sbyte> residuals,
        float scale)
    {
        Span<int> crossed = stackalloc int[1];
        Span<int> squares = stackalloc int[1];
        kernels.Dot(codes, residuals, crossed);
        kernels.Dot(residuals, residuals, squares);
        double step = (double)scale / Steps;
        double along = kernels.Dot(query, residuals) - ((double)scale * crossed[0]);
        double distance = kernels.DistanceSquared(query, codes, scale)
            - (2 * step * along) + (step * step * squares[0]);

        // Where the planes hold the query exactly, rounding can leave a little less than nothing.
        return Math.Max(distance, 0);
    }

    private static void CheckPair(int codes, int residuals)
    {
        if (codes != residuals)
        {
            throw new ArgumentException(
                $"There are {codes} codes and {residuals} residuals.", nameof(residuals));
        }
    }
}
