// Instructions: TBL looks up 16 bytes in a table of 16 at once; UADDW and UADDW2 add them to uint16 sums,
//   which hold 255 x 256 = 65,280, so nothing saturates. Two LDP a turn bring two tables and two registers of
//   codes.
// Source: Andre, Kermarrec, Le Scouarnec 2015 (Cache locality is not enough), whose PSHUFB is TBL here; Arm
//   Architecture Reference Manual for A-profile.
// Why faster than scalar: a table lies in one register, so 32 look-ups are two TBL and no load. 8-bit codes
//   have 256 entries of four bytes: no register holds them and NEON has no gather, so there the gain is four
//   rows at once, whose additions do not wait for each other, and no check of bounds.
// Unrolling: two sub-spaces a turn for ScanNibbles (LDP, half the loop's own instructions). ScanBytes is
//   bound by its eight loads a sub-space, one a cycle on Cortex-A72 and two on A76, so more rows a turn would
//   gain nothing.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeSim.Index.Kernels;

/// <content>Product codes.</content>
public abstract unsafe partial class Arm64Kernels
{
    /// <inheritdoc/>
    protected override void ScanNibblesCore(
        ReadOnlySpan<byte> tables, ReadOnlySpan<byte> blocks, Span<ushort> sums)
    {
        int subspaces = tables.Length / NibbleCentroids;
        ushort* last = stackalloc ushort[BlockRows];
        fixed (byte* entries = tables)
        fixed (byte* first = blocks)
        fixed (ushort* target = sums)
        {
            int whole = sums.Length & -BlockRows;
            byte* codes = first;
            for (int row = 0; row < whole; row += BlockRows)
            {
                ScanBlock(entries, codes, subspaces, target + row);
                codes += subspaces * (BlockRows / 2);
            }

            if (whole < sums.Length)
            {
                ScanBlock(entries, codes, subspaces, last);
                new ReadOnlySpan<ushort>(last, sums.Length - whole).CopyTo(sums[whole..]);
            }
        }
    }

    /// <inheritdoc/>
    protected override void ScanBytesCore(
        ReadOnlySpan<float> tables, ReadOnlySpan<byte> rows, Span<float> sums)
    {
        int subspaces = tables.Length / ByteCentroids;
        fixed (float* entries = tables)
        fixed (byte* first = rows)
        fixed (float* target = sums)
        {
            byte* row0 = first;
            for (int i = 0; i < sums.Length; i += RowsTogether)
            {
                int left = sums.Length - i;
                Following(row0, subspaces, left, out byte* row1, out byte* row2, out byte* row3);
                Store(FourLookups(entries, row0, row1, row2, row3, subspaces), target + i, left);
                row0 += RowsTogether * subspaces;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ScanBlock(byte* tables, byte* codes, int subspaces, ushort* sums)
    {
        Vector128<ushort> sum0 = Vector128<ushort>.Zero, sum8 = sum0, sum16 = sum0, sum24 = sum0;
        nint i = 0;
        nint end = (nint)subspaces * NibbleCentroids;
        for (; i <= end - (2 * NibbleCentroids); i += 2 * NibbleCentroids)
        {
            (Vector128<byte> table0, Vector128<byte> table1) = AdvSimd.Arm64.LoadPairVector128(tables + i);
            (Vector128<byte> codes0, Vector128<byte> codes1) = AdvSimd.Arm64.LoadPairVector128(codes + i);
            AddEntries(ref sum0, ref sum8, ref sum16, ref sum24, table0, codes0);
            AddEntries(ref sum0, ref sum8, ref sum16, ref sum24, table1, codes1);
        }

        if (i < end)
        {
            AddEntries(
                ref sum0, ref sum8, ref sum16, ref sum24,
                AdvSimd.LoadVector128(tables + i), AdvSimd.LoadVector128(codes + i));
        }

        sum0.Store(sums);
        sum8.Store(sums + 8);
        sum16.Store(sums + 16);
        sum24.Store(sums + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddEntries(
        ref Vector128<ushort> sum0,
        ref Vector128<ushort> sum8,
        ref Vector128<ushort> sum16,
        ref Vector128<ushort> sum24,
        Vector128<byte> table,
        Vector128<byte> codes)
    {
        Vector128<byte> low = AdvSimd.Arm64.VectorTableLookup(
            table, AdvSimd.And(codes, Vector128.Create((byte)15)));
        Vector128<byte> high = AdvSimd.Arm64.VectorTableLookup(table, AdvSimd.ShiftRightLogical(codes, 4));
        sum8 = AdvSimd.AddWideningUpper(sum8, low);
        sum0 = AdvSimd.AddWideningLower(sum0, low.GetLower());
        sum24 = AdvSimd.AddWideningUpper(sum24, high);
        sum16 = AdvSimd.AddWideningLower(sum16, high.GetLower());
    }

    private static Vector128<float> FourLookups(
        float* table, byte* row0, byte* row1, byte* row2, byte* row3, int subspaces)
    {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        for (nint i = 0; i < subspaces; i++)
        {
            sum0 += table[row0[i]];
            sum1 += table[row1[i]];
            sum2 += table[row2[i]];
            sum3 += table[row3[i]];
            table += ByteCentroids;
        }

        return Vector128.Create(sum0, sum1, sum2, sum3);
    }
}
