namespace EdgeSim.Index.Kernels;

/// <content>
/// Rows of bits: component i is bit i % 8 of byte i / 8; bits beyond the dimension are zero.
/// </content>
public abstract partial class VectorKernels
{
    /// <summary>Bits of a query component in <see cref="BitPlaneDot"/>.</summary>
    public const int PlaneCount = 4;

    /// <summary>Bytes of the longest row of bits.</summary>
    public const int BitRowBytesMax = IndexLimits.DimensionMax / 8;

    /// <summary>Number of bits in which a row differs from many. O(rows x bytes).</summary>
    /// <param name="query">[bytes], 1 to <see cref="BitRowBytesMax"/>.</param>
    /// <param name="rows">[distances x bytes], row after row. No alignment is needed.</param>
    /// <param name="distances">[rows], written in full.</param>
    public void Hamming(ReadOnlySpan<byte> query, ReadOnlySpan<byte> rows, Span<int> distances)
    {
        CheckBits(query.Length, rows.Length, distances.Length);
        HammingCore(query, rows, distances);
    }

    /// <summary>
    /// Dot products of a query of 4-bit components with rows of bits: the sum of the query's components where
    /// the row has a one, from popcounts of row AND plane. O(4 x rows x bytes). Gao and Long 2024 (RaBitQ,
    /// arXiv:2405.12497), section 3.3.
    /// </summary>
    /// <param name="planes">
    /// [4 x bytes]: plane j holds bit j of every component; see <see cref="PlaneCount"/>.
    /// </param>
    /// <param name="rows">[sums x bytes].</param>
    /// <param name="sums">[rows], at most 15 x dimension, written in full.</param>
    public void BitPlaneDot(ReadOnlySpan<byte> planes, ReadOnlySpan<byte> rows, Span<int> sums)
    {
        if (planes.Length % PlaneCount != 0)
        {
            throw new ArgumentException(
                $"{planes.Length} bytes do not divide among {PlaneCount} planes.", nameof(planes));
        }

        CheckBits(planes.Length / PlaneCount, rows.Length, sums.Length);
        BitPlaneDotCore(planes, rows, sums);
    }

    /// <inheritdoc cref="Hamming"/>
    protected abstract void HammingCore(
        ReadOnlySpan<byte> query, ReadOnlySpan<byte> rows, Span<int> distances);

    /// <inheritdoc cref="BitPlaneDot"/>
    protected abstract void BitPlaneDotCore(
        ReadOnlySpan<byte> planes, ReadOnlySpan<byte> rows, Span<int> sums);

    private static void CheckBits(int length, int bytes, int rows)
    {
        if (length is < 1 or > BitRowBytesMax || bytes != (long)length * rows)
        {
            throw new ArgumentException(
                $"{bytes} bytes are not {rows} rows of {length} bytes, "
                + $"where 1 to {BitRowBytesMax} are allowed.",
                nameof(length));
        }
    }
}
