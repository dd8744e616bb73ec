namespace EdgeSim.Index.Quantization;

/// <summary>The parts of many rows that fall into one sub-space.</summary>
/// <param name="rows">[rows x dimension].</param>
/// <param name="dimension">Components of a row.</param>
/// <param name="offset">First component of the sub-space.</param>
/// <param name="width">Components of the sub-space.</param>
internal readonly ref struct SubspaceRows(ReadOnlySpan<float> rows, int dimension, int offset, int width)
{
    private readonly ReadOnlySpan<float> _rows = rows;
    private readonly int _dimension = dimension;

    /// <summary>First component of the sub-space.</summary>
    internal int Offset { get; } = offset;

    /// <summary>Components of the sub-space.</summary>
    internal int Width { get; } = width;

    /// <summary>[width]: the part of a row.</summary>
    internal ReadOnlySpan<float> this[int row] => _rows.Slice((row * _dimension) + Offset, Width);

    /// <summary>Copies the parts of all rows, one after the other.</summary>
    internal void CopyTo(Span<float> parts)
    {
        for (int row = 0; row < parts.Length / Width; row++)
        {
            this[row].CopyTo(parts[(row * Width)..]);
        }
    }
}
