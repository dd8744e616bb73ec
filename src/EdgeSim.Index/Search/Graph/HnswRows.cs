using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Search.Graph;

/// <summary>
/// The rows of a graph that is being built, and how far they are from each other: a key that is smaller the
/// nearer two rows are, from one integer dot product and two floats a row. 8 bytes a row beside the codes,
/// which stay where they are.
/// </summary>
/// <remarks>
/// Cosine: -cos. Euclid: the squared distance. Dot: an inner product is no distance (a row need not be
/// its own nearest), and neighbours chosen by it leave short vectors unreachable. So rows get one more
/// component, sqrt(m^2 - |x|^2) with m the longest length: then all are equally long, and the order by
/// distance from a query, whose component is 0, is the order by inner product (Bachrach et al. 2014,
/// "Speeding up the Xbox recommender system"). Scales are taken relative to the largest, so that no
/// product leaves the range of a float.
/// </remarks>
internal sealed unsafe class HnswRows
{
    private readonly sbyte* _codes;
    private readonly float[] _factors;
    private readonly float[] _offsets;
    private readonly bool _isEuclid;

    /// <param name="metric">What near means.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="codes">[rows x stride], there and unmoved while this lives.</param>
    /// <param name="scales">[rows].</param>
    /// <param name="squareSums">[rows].</param>
    internal HnswRows(
        Metric metric, int stride, nint codes, ReadOnlySpan<float> scales, ReadOnlySpan<int> squareSums)
    {
        _codes = (sbyte*)codes;
        _isEuclid = metric == Metric.Euclid;
        Stride = stride;
        Count = scales.Length;
        _factors = new float[Count];
        _offsets = new float[Count];
        float scaleMax = 0f;
        foreach (float scale in scales)
        {
            scaleMax = Math.Max(scaleMax, scale);
        }

        ScaleMax = scaleMax > 0f ? scaleMax : 1f;
        double longest = 0;
        for (int i = 0; i < Count; i++)
        {
            double factor = metric == Metric.Cosine
                ? 1 / Math.Sqrt(Math.Max(1, squareSums[i]))
                : scales[i] / (double)ScaleMax;
            _factors[i] = (float)factor;
            double square = factor * factor * squareSums[i];
            longest = Math.Max(longest, square);
            _offsets[i] = metric == Metric.Cosine ? 0f : (float)square;
        }

        for (int i = 0; i < Count && metric == Metric.Dot; i++)
        {
            _offsets[i] = (float)Math.Sqrt(Math.Max(0, longest - _offsets[i]));
        }
    }

    internal int Count { get; }

    internal int Stride { get; }

    /// <summary>The largest scale, by which a search divides too.</summary>
    internal float ScaleMax { get; }

    /// <summary>[count x stride].</summary>
    internal ReadOnlySpan<sbyte> Codes => new(_codes, Count * Stride);

    /// <summary>[stride] codes of a row.</summary>
    internal ReadOnlySpan<sbyte> CodesOf(int row) => new(_codes + ((nint)row * Stride), Stride);

    /// <summary>
    /// Whether two rows are the same point, which no key tells from rounding. O(stride) where they are.
    /// </summary>
    internal bool AreIdentical(int first, int second)
        => _factors[first] == _factors[second] && CodesOf(first).SequenceEqual(CodesOf(second));

    /// <summary>Keys of some rows seen from one. O(others x stride).</summary>
    /// <param name="kernels">The instruction set.</param>
    /// <param name="row">The one.</param>
    /// <param name="others">[n].</param>
    /// <param name="dots">[n], overwritten.</param>
    /// <param name="keys">[n], written in full.</param>
    internal void Keys(
        VectorKernels kernels, int row, ReadOnlySpan<int> others, Span<int> dots, Span<float> keys)
    {
        kernels.Dot(CodesOf(row), Codes, others, dots[..others.Length]);
        float factor = _factors[row];
        float offset = _offsets[row];
        if (_isEuclid)
        {
            for (int i = 0; i < others.Length; i++)
            {
                int other = others[i];
                keys[i] = offset + _offsets[other] - (2 * factor * _factors[other] * dots[i]);
            }
        }
        else
        {
            for (int i = 0; i < others.Length; i++)
            {
                int other = others[i];
                keys[i] = -(factor * _factors[other] * dots[i]) - (offset * _offsets[other]);
            }
        }
    }
}
