namespace EdgeSim.Index.Storage;

/// <summary>
/// The vectors of a column as codes are made of them: unit vectors for cosine, otherwise as stored. Reads
/// memory that stays where it is while this lives, such as the map of a file that is being written.
/// </summary>
internal sealed unsafe class ColumnVectors
{
    private readonly sbyte* _codes;
    private readonly float* _scales;
    private readonly int* _squareSums;
    private readonly int _stride;

    /// <param name="metric">The collection's metric.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="count">Vectors.</param>
    /// <param name="codes">[count x stride] of sbyte.</param>
    /// <param name="scales">[count] of float.</param>
    /// <param name="squareSums">[count] of int.</param>
    internal ColumnVectors(
        Metric metric, int dimension, int count, nint codes, nint scales, nint squareSums)
    {
        Metric = metric;
        Dimension = dimension;
        Count = count;
        _stride = Quantization.RowQuantizer.Stride(dimension);
        _codes = (sbyte*)codes;
        _scales = (float*)scales;
        _squareSums = (int*)squareSums;
    }

    /// <summary>Gives back what was read of them; null: they are in memory anyway.</summary>
    internal Action? Forget { get; init; }

    internal Metric Metric { get; }

    internal int Dimension { get; }

    internal int Count { get; }

    /// <summary>[dimension] the int8 codes of a vector.</summary>
    internal ReadOnlySpan<sbyte> Codes(int vector)
        => new(_codes + ((nint)vector * _stride), Dimension);

    /// <summary>Its scale.</summary>
    internal float Scale(int vector) => _scales[vector];

    /// <summary>Writes the components of a vector. O(dimension).</summary>
    internal void Decode(int vector, Span<float> values)
    {
        float factor = Metric == Metric.Cosine
            ? (float)(1 / Math.Sqrt(Math.Max(1, _squareSums[vector])))
            : _scales[vector];
        ReadOnlySpan<sbyte> codes = Codes(vector);
        values = values[..codes.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            values[i] = codes[i] * factor;
        }
    }

    /// <summary>The mean of all vectors, summed in their order. O(count x dimension).</summary>
    internal float[] Mean(CancellationToken stop)
    {
        double[] sums = new double[Dimension];
        float[] values = new float[Dimension];
        for (int vector = 0; vector < Count; vector++)
        {
            if ((vector & 4095) == 0)
            {
                stop.ThrowIfCancellationRequested();
                Forget?.Invoke();
            }

            Decode(vector, values);
            for (int i = 0; i < values.Length; i++)
            {
                sums[i] += values[i];
            }
        }

        return Array.ConvertAll(sums, sum => (float)(sum / Math.Max(1, Count)));
    }
}
