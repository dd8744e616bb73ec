using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Search.Lists;

/// <summary>
/// Rows as lists see them: codes times a factor. For cosine the factor gives a row length one, otherwise it
/// is its scale. Memory: the codes and four bytes a row.
/// </summary>
internal sealed class ListSample
{
    private readonly bool _isCosine;

    /// <param name="options">Of the vector.</param>
    /// <param name="rowsMax">Rows for which there is room.</param>
    internal ListSample(VectorOptions options, int rowsMax)
    {
        Dimension = options.Dimension;
        Stride = options.Stride;
        _isCosine = options.Metric == Metric.Cosine;
        Codes = new sbyte[rowsMax * Stride];
        Factors = new float[rowsMax];
    }

    internal int Dimension { get; }

    internal int Stride { get; }

    /// <summary>Whether centroids have length one.</summary>
    internal bool IsCosine => _isCosine;

    /// <summary>Rows so far.</summary>
    internal int Count { get; private set; }

    internal int Capacity => Factors.Length;

    /// <summary>[capacity x stride].</summary>
    internal sbyte[] Codes { get; }

    /// <summary>[capacity].</summary>
    internal float[] Factors { get; }

    internal ReadOnlySpan<sbyte> Row(int row) => Codes.AsSpan(row * Stride, Stride);

    /// <summary>The codes of a row without what is beyond the dimension.</summary>
    internal ReadOnlySpan<sbyte> Components(int row) => Codes.AsSpan(row * Stride, Dimension);

    internal void Add(ReadOnlySpan<sbyte> codes, QuantizedRow side)
    {
        codes.CopyTo(Codes.AsSpan(Count * Stride));
        Factors[Count++] = FactorOf(side);
    }

    internal void Clear() => Count = 0;

    /// <summary>[dimension] a row in floats.</summary>
    internal void Decode(int row, Span<float> values)
    {
        ReadOnlySpan<sbyte> codes = Row(row);
        float factor = Factors[row];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = codes[i] * factor;
        }
    }

    private float FactorOf(QuantizedRow side)
        => _isCosine ? (float)(1 / Math.Sqrt(Math.Max(1, side.SquareSum))) : side.Scale;
}
