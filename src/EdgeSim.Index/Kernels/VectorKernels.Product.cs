namespace EdgeSim.Index.Kernels;

/// <content>Product codes: a row is one centroid number a sub-space, a query one table a sub-space.</content>
public abstract partial class VectorKernels
{
    /// <summary>Rows of a block of 4-bit codes.</summary>
    public const int BlockRows = 32;

    /// <summary>Centroids of a 4-bit sub-space: one register of bytes.</summary>
    public const int NibbleCentroids = 16;

    /// <summary>Centroids of an 8-bit sub-space.</summary>
    public const int ByteCentroids = 256;

    /// <summary>
    /// Sub-spaces of a product code: 256 x 255 still fits the 16-bit sums of <see cref="ScanNibbles"/>.
    /// </summary>
    public const int SubspacesMax = 256;

    /// <summary>
    /// Fast scan of 4-bit codes: adds one table entry a sub-space, 32 rows at a time, the table in registers.
    /// Exact; nothing overflows. O(rows x sub-spaces). Andre, Kermarrec, Le Scouarnec 2015 (Cache locality is
    /// not enough).
    /// </summary>
    /// <param name="tables">[sub-spaces x 16], the entries as bytes.</param>
    /// <param name="blocks">
    /// [blocks x sub-spaces x 16]: byte i of a sub-space holds the code of row i in its low and of row i + 16
    /// in its high half. The last block is padded.
    /// </param>
    /// <param name="sums">[rows], written in full.</param>
    public void ScanNibbles(ReadOnlySpan<byte> tables, ReadOnlySpan<byte> blocks, Span<ushort> sums)
    {
        int subspaces = tables.Length / NibbleCentroids;
        long blockCount = ((long)sums.Length + BlockRows - 1) / BlockRows;
        CheckSubspaces(subspaces);
        if (tables.Length != subspaces * NibbleCentroids
            || blocks.Length != blockCount * subspaces * (BlockRows / 2))
        {
            throw new ArgumentException(
                $"{blocks.Length} bytes are not the {blockCount} blocks of {sums.Length} rows with "
                + $"{subspaces} sub-spaces.",
                nameof(blocks));
        }

        ScanNibblesCore(tables, blocks, sums);
    }

    /// <summary>
    /// Table look-up of 8-bit codes: the entries of a row are added in the order of the sub-spaces, in float,
    /// so every class returns the same bits. O(rows x sub-spaces).
    /// </summary>
    /// <param name="tables">[sub-spaces x 256].</param>
    /// <param name="rows">[rows x sub-spaces] codes.</param>
    /// <param name="sums">[rows], written in full.</param>
    public void ScanBytes(ReadOnlySpan<float> tables, ReadOnlySpan<byte> rows, Span<float> sums)
    {
        int subspaces = tables.Length / ByteCentroids;
        CheckSubspaces(subspaces);
        if (tables.Length != subspaces * ByteCentroids || rows.Length != (long)sums.Length * subspaces)
        {
            throw new ArgumentException(
                $"{rows.Length} bytes are not {sums.Length} rows of {subspaces} sub-spaces.", nameof(rows));
        }

        ScanBytesCore(tables, rows, sums);
    }

    /// <inheritdoc cref="ScanNibbles"/>
    protected abstract void ScanNibblesCore(
        ReadOnlySpan<byte> tables, ReadOnlySpan<byte> blocks, Span<ushort> sums);

    /// <inheritdoc cref="ScanBytes"/>
    protected abstract void ScanBytesCore(
        ReadOnlySpan<float> tables, ReadOnlySpan<byte> rows, Span<float> sums);

    private static void CheckSubspaces(int subspaces)
    {
        if (subspaces is < 1 or > SubspacesMax)
        {
            throw new ArgumentException(
                $"The tables are for {subspaces} sub-spaces; allowed are 1 to {SubspacesMax}.", nameof(
                    subspaces));
        }
    }
}
