// Instructions: LDP loads two registers at once; the arithmetic is the class's own (IProductStep).
// Source: the blocks are those of a matrix product (Goto and van de Geijn 2008, Anatomy of High-Performance Matrix
//   Multiplication).
// Why faster than one row at a time: see Arm64Kernels.cs. A tile of 4 x 4 needs 8 loads for 16 products of
//   registers; 16 sums, 4 queries and a row are 21 of the 32 registers, so nothing is spilled.
// Unrolling: 64 bytes of each row a turn. LDP has no index register, so every pointer is advanced; four registers a
//   row spread the five additions and the branch over 16 steps. Four sums suffice: SADALP and SDOT take the sum of
//   the instruction before them one cycle after it (late forwarding on both cores), and four chains cover the rest.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeSim.Index.Kernels;

/// <content>Rows of int8 codes.</content>
public abstract unsafe partial class Arm64Kernels
{
    private const int Unrolled = 4 * Width;

    /// <summary>What later cores do in fewer instructions.</summary>
    private protected interface IProductStep
    {
        /// <summary>Adds the products of 16 pairs of codes to four sums, exactly.</summary>
        static abstract Vector128<int> MultiplyAdd(
            Vector128<int> sum, Vector128<sbyte> left, Vector128<sbyte> right);
    }

    /// <summary>Dot products of one query with rows that follow each other.</summary>
    private protected static void DotRows<TStep>(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> scores)
        where TStep : IProductStep
    {
        int length = query.Length;
        fixed (sbyte* codes = query)
        fixed (sbyte* first = rows)
        fixed (int* target = scores)
        {
            int whole = scores.Length & -RowsTogether;
            sbyte* row = first;
            for (int i = 0; i < whole; i += RowsTogether)
            {
                FourRows<TStep>(codes, row, row + length, row + (2 * length), row + (3 * length), length)
                    .Store(target + i);
                row += RowsTogether * length;
            }

            for (int i = whole; i < scores.Length; i++)
            {
                target[i] = OneRow<TStep>(codes, row, length);
                row += length;
            }
        }
    }

    /// <summary>Dot products of one query with rows picked by ordinal.</summary>
    private protected static void DotRowsAt<TStep>(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, ReadOnlySpan<int> ordinals, Span<int> scores)
        where TStep : IProductStep
    {
        int length = query.Length;
        fixed (sbyte* codes = query)
        fixed (sbyte* first = rows)
        fixed (int* at = ordinals)
        fixed (int* target = scores)
        {
            int whole = scores.Length & -RowsTogether;
            for (int i = 0; i < whole; i += RowsTogether)
            {
                FourRows<TStep>(
                    codes,
                    first + ((nint)at[i] * length),
                    first + ((nint)at[i + 1] * length),
                    first + ((nint)at[i + 2] * length),
                    first + ((nint)at[i + 3] * length),
                    length).Store(target + i);
            }

            for (int i = whole; i < scores.Length; i++)
            {
                target[i] = OneRow<TStep>(codes, first + ((nint)at[i] * length), length);
            }
        }
    }

    /// <summary>Dot products of four queries with rows that follow each other.</summary>
    private protected static void DotTileRows<TStep>(
        ReadOnlySpan<sbyte> queries, ReadOnlySpan<sbyte> rows, Span<int> scores)
        where TStep : IProductStep
    {
        int length = queries.Length / TileQueries;
        int count = scores.Length / TileQueries;
        fixed (sbyte* codes = queries)
        fixed (sbyte* first = rows)
        fixed (int* target = scores)
        {
            int whole = count & -RowsTogether;
            sbyte* row = first;
            for (int i = 0; i < whole; i += RowsTogether)
            {
                FourByFour<TStep>(codes, row, length, target + i, count);
                row += RowsTogether * length;
            }

            // The same product the other way round: one row for the four queries.
            for (int i = whole; i < count; i++)
            {
                Vector128<int> four = FourRows<TStep>(
                    row, codes, codes + length, codes + (2 * length), codes + (3 * length), length);
                for (int query = 0; query < TileQueries; query++)
                {
                    target[((nint)query * count) + i] = four.GetElement(query);
                }

                row += length;
            }
        }
    }

    // Kept out of line: its registers are its own, and its listing is what the disassembly script looks at.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector128<int> FourRows<TStep>(
        sbyte* query, sbyte* row0, sbyte* row1, sbyte* row2, sbyte* row3, int length)
        where TStep : IProductStep
    {
        Vector128<int> sum0 = Vector128<int>.Zero;
        Vector128<int> sum1 = Vector128<int>.Zero;
        Vector128<int> sum2 = Vector128<int>.Zero;
        Vector128<int> sum3 = Vector128<int>.Zero;
        int left = length - Unrolled;
        for (; left >= 0; left -= Unrolled)
        {
            (Vector128<sbyte> codes0, Vector128<sbyte> codes1) = AdvSimd.Arm64.LoadPairVector128(query);
            sum0 = Pair<TStep>(sum0, codes0, codes1, row0);
            sum1 = Pair<TStep>(sum1, codes0, codes1, row1);
            sum2 = Pair<TStep>(sum2, codes0, codes1, row2);
            sum3 = Pair<TStep>(sum3, codes0, codes1, row3);
            (codes0, codes1) = AdvSimd.Arm64.LoadPairVector128(query + (2 * Width));
            sum0 = Pair<TStep>(sum0, codes0, codes1, row0 + (2 * Width));
            sum1 = Pair<TStep>(sum1, codes0, codes1, row1 + (2 * Width));
            sum2 = Pair<TStep>(sum2, codes0, codes1, row2 + (2 * Width));
            sum3 = Pair<TStep>(sum3, codes0, codes1, row3 + (2 * Width));
            query += Unrolled;
            row0 += Unrolled;
            row1 += Unrolled;
            row2 += Unrolled;
            row3 += Unrolled;
        }

        left += Unrolled;
        nint i = 0;
        for (; i <= left - Width; i += Width)
        {
            Vector128<sbyte> codes = AdvSimd.LoadVector128(query + i);
            sum0 = TStep.MultiplyAdd(sum0, codes, AdvSimd.LoadVector128(row0 + i));
            sum1 = TStep.MultiplyAdd(sum1, codes, AdvSimd.LoadVector128(row1 + i));
            sum2 = TStep.MultiplyAdd(sum2, codes, AdvSimd.LoadVector128(row2 + i));
            sum3 = TStep.MultiplyAdd(sum3, codes, AdvSimd.LoadVector128(row3 + i));
        }

        int rest = left - (int)i;
        if (rest != 0)
        {
            Vector128<sbyte> codes = Rest(query + i, rest, length);
            sum0 = TStep.MultiplyAdd(sum0, codes, Rest(row0 + i, rest, length));
            sum1 = TStep.MultiplyAdd(sum1, codes, Rest(row1 + i, rest, length));
            sum2 = TStep.MultiplyAdd(sum2, codes, Rest(row2 + i, rest, length));
            sum3 = TStep.MultiplyAdd(sum3, codes, Rest(row3 + i, rest, length));
        }

        return Sums(sum0, sum1, sum2, sum3);
    }

    private static int OneRow<TStep>(sbyte* query, sbyte* row, int length)
        where TStep : IProductStep
    {
        Vector128<int> sum0 = Vector128<int>.Zero;
        Vector128<int> sum1 = Vector128<int>.Zero;
        nint i = 0;
        for (; i <= length - (2 * Width); i += 2 * Width)
        {
            (Vector128<sbyte> left0, Vector128<sbyte> left1) = AdvSimd.Arm64.LoadPairVector128(query + i);
            (Vector128<sbyte> right0, Vector128<sbyte> right1) = AdvSimd.Arm64.LoadPairVector128(row + i);
            sum0 = TStep.MultiplyAdd(sum0, left0, right0);
            sum1 = TStep.MultiplyAdd(sum1, left1, right1);
        }

        if (i <= length - Width)
        {
            sum0 = TStep.MultiplyAdd(sum0, AdvSimd.LoadVector128(query + i), AdvSimd.LoadVector128(row + i));
            i += Width;
        }

        int rest = length - (int)i;
        if (rest != 0)
        {
            sum1 = TStep.MultiplyAdd(sum1, Rest(query + i, rest, length), Rest(row + i, rest, length));
        }

        return AdvSimd.Arm64.AddAcross(AdvSimd.Add(sum0, sum1)).ToScalar();
    }

    /// <summary>The products of four queries with four rows; a query's four scores go to its own line.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FourByFour<TStep>(sbyte* query0, sbyte* row0, int length, int* scores, int line)
        where TStep : IProductStep
    {
        sbyte* query1 = query0 + length;
        sbyte* query2 = query1 + length;
        sbyte* query3 = query2 + length;
        sbyte* row1 = row0 + length;
        sbyte* row2 = row1 + length;
        sbyte* row3 = row2 + length;
        Vector128<int> sum00 = Vector128<int>.Zero, sum01 = sum00, sum02 = sum00, sum03 = sum00;
        Vector128<int> sum10 = sum00, sum11 = sum00, sum12 = sum00, sum13 = sum00;
        Vector128<int> sum20 = sum00, sum21 = sum00, sum22 = sum00, sum23 = sum00;
        Vector128<int> sum30 = sum00, sum31 = sum00, sum32 = sum00, sum33 = sum00;
        Vector128<sbyte> codes0, codes1, codes2, codes3;
        nint i = 0;
        for (; i <= length - Width; i += Width)
        {
            codes0 = AdvSimd.LoadVector128(query0 + i);
            codes1 = AdvSimd.LoadVector128(query1 + i);
            codes2 = AdvSimd.LoadVector128(query2 + i);
            codes3 = AdvSimd.LoadVector128(query3 + i);
            Four<TStep>(
                ref sum00, ref sum10, ref sum20, ref sum30, codes0, codes1, codes2, codes3,
                AdvSimd.LoadVector128(row0 + i));
            Four<TStep>(
                ref sum01, ref sum11, ref sum21, ref sum31, codes0, codes1, codes2, codes3,
                AdvSimd.LoadVector128(row1 + i));
            Four<TStep>(
                ref sum02, ref sum12, ref sum22, ref sum32, codes0, codes1, codes2, codes3,
                AdvSimd.LoadVector128(row2 + i));
            Four<TStep>(
                ref sum03, ref sum13, ref sum23, ref sum33, codes0, codes1, codes2, codes3,
                AdvSimd.LoadVector128(row3 + i));
        }

        int rest = length - (int)i;
        if (rest != 0)
        {
            codes0 = Rest(query0 + i, rest, length);
            codes1 = Rest(query1 + i, rest, length);
            codes2 = Rest(query2 + i, rest, length);
            codes3 = Rest(query3 + i, rest, length);
            Four<TStep>(
                ref sum00, ref sum10, ref sum20, ref sum30, codes0, codes1, codes2, codes3,
                Rest(row0 + i, rest, length));
            Four<TStep>(
                ref sum01, ref sum11, ref sum21, ref sum31, codes0, codes1, codes2, codes3,
                Rest(row1 + i, rest, length));
            Four<TStep>(
                ref sum02, ref sum12, ref sum22, ref sum32, codes0, codes1, codes2, codes3,
                Rest(row2 + i, rest, length));
            Four<TStep>(
                ref sum03, ref sum13, ref sum23, ref sum33, codes0, codes1, codes2, codes3,
                Rest(row3 + i, rest, length));
        }

        Sums(sum00, sum01, sum02, sum03).Store(scores);
        Sums(sum10, sum11, sum12, sum13).Store(scores + line);
        Sums(sum20, sum21, sum22, sum23).Store(scores + (2 * (nint)line));
        Sums(sum30, sum31, sum32, sum33).Store(scores + (3 * (nint)line));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<TStep>(
        ref Vector128<int> sum0,
        ref Vector128<int> sum1,
        ref Vector128<int> sum2,
        ref Vector128<int> sum3,
        Vector128<sbyte> codes0,
        Vector128<sbyte> codes1,
        Vector128<sbyte> codes2,
        Vector128<sbyte> codes3,
        Vector128<sbyte> row)
        where TStep : IProductStep
    {
        sum0 = TStep.MultiplyAdd(sum0, codes0, row);
        sum1 = TStep.MultiplyAdd(sum1, codes1, row);
        sum2 = TStep.MultiplyAdd(sum2, codes2, row);
        sum3 = TStep.MultiplyAdd(sum3, codes3, row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Pair<TStep>(
        Vector128<int> sum, Vector128<sbyte> codes0, Vector128<sbyte> codes1, sbyte* row)
        where TStep : IProductStep
    {
        (Vector128<sbyte> row0, Vector128<sbyte> row1) = AdvSimd.Arm64.LoadPairVector128(row);
        return TStep.MultiplyAdd(TStep.MultiplyAdd(sum, codes0, row0), codes1, row1);
    }
}
