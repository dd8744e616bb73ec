using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// The layout of 4-bit codes that <see cref="VectorKernels.ScanNibbles"/> reads: blocks of 32 rows, in a
/// block 16 bytes a sub-space, byte i with the code of row i in its low and of row i + 16 in its high half.
/// Rows beyond the last one have code 0. No method allocates.
/// </summary>
internal static class NibbleBlocks
{
    private const int HalfRows = VectorKernels.BlockRows / 2;

    /// <summary>Bytes of the blocks of so many rows.</summary>
    internal static long Bytes(int rows, int subspaces)
        => ((long)rows + VectorKernels.BlockRows - 1) / VectorKernels.BlockRows * HalfRows * subspaces;

    /// <summary>Packs rows of one code a byte. O(rows x sub-spaces).</summary>
    /// <param name="codes">[rows x sub-spaces], each below 16.</param>
    /// <param name="subspaces">Codes of a row.</param>
    /// <param name="blocks">[<see cref="Bytes"/>], written in full.</param>
    /// <exception cref="ArgumentException">Sizes that do not fit, or a code of 16 or more.</exception>
    internal static void Pack(ReadOnlySpan<byte> codes, int subspaces, Span<byte> blocks)
    {
        int rows = RowsOf(codes.Length, subspaces);
        CheckBlocks(blocks.Length, rows, subspaces);
        int wide = codes.IndexOfAnyExceptInRange((byte)0, (byte)(VectorKernels.NibbleCentroids - 1));
        if (wide >= 0)
        {
            throw new ArgumentException(
                $"Code {wide % subspaces} of row {wide / subspaces} is {codes[wide]}; 4 bits end at 15.",
                nameof(codes));
        }

        blocks.Clear();
        for (int row = 0; row < rows; row++)
        {
            int start = Start(row, subspaces);
            int shift = Shift(row);
            for (int subspace = 0; subspace < subspaces; subspace++)
            {
                blocks[start + (subspace * HalfRows)] |= (byte)(codes[(row * subspaces) + subspace] << shift);
            }
        }
    }

    /// <summary>The reverse of <see cref="Pack"/>. O(rows x sub-spaces).</summary>
    /// <param name="blocks">[<see cref="Bytes"/>].</param>
    /// <param name="subspaces">Codes of a row.</param>
    /// <param name="codes">[rows x sub-spaces], written in full.</param>
    /// <exception cref="ArgumentException">Sizes that do not fit.</exception>
    internal static void Unpack(ReadOnlySpan<byte> blocks, int subspaces, Span<byte> codes)
    {
        int rows = RowsOf(codes.Length, subspaces);
        CheckBlocks(blocks.Length, rows, subspaces);
        for (int row = 0; row < rows; row++)
        {
            Row(blocks, row, codes.Slice(row * subspaces, subspaces));
        }
    }

    /// <summary>The codes of one row. O(sub-spaces).</summary>
    /// <param name="blocks">Blocks that hold the row.</param>
    /// <param name="row">Number of the row.</param>
    /// <param name="codes">[sub-spaces], written in full.</param>
    internal static void Row(ReadOnlySpan<byte> blocks, int row, Span<byte> codes)
    {
        int start = Start(row, codes.Length);
        int shift = Shift(row);
        for (int subspace = 0; subspace < codes.Length; subspace++)
        {
            codes[subspace] = (byte)((blocks[start + (subspace * HalfRows)] >> shift) & 15);
        }
    }

    private static int Start(int row, int subspaces)
        => (row / VectorKernels.BlockRows * HalfRows * subspaces) + (row % HalfRows);

    private static int Shift(int row) => row % VectorKernels.BlockRows < HalfRows ? 0 : 4;

    private static int RowsOf(int codes, int subspaces)
    {
        TrainingChecks.Range(subspaces, 1, VectorKernels.SubspacesMax, "sub-spaces");
        return codes % subspaces == 0
            ? codes / subspaces
            : throw new ArgumentException($"{codes} codes are not whole rows of {subspaces}.", nameof(codes));
    }

    private static void CheckBlocks(int bytes, int rows, int subspaces)
    {
        if (bytes != Bytes(rows, subspaces))
        {
            throw new ArgumentException(
                $"{bytes} bytes are not the blocks of {rows} rows with {subspaces} sub-spaces; "
                + $"these have {Bytes(rows, subspaces)}.");
        }
    }
}
