// Instructions: LDP loads two registers at once; the arithmetic is the class's own (IProductStep).
// Source: the blocks are those of a matrix product (Goto and van de Geijn 2008, Anatomy of High-Performance
//   Matrix Multiplication).
// Why faster than one row at a time: see Arm64Kernels.cs. A tile of 4 x 4 needs 8 loads for 16 products of
//   registers; 16 sums, 4 queries and a row are 21 of the 32 registers, so nothing is spilled.
// Unrolling: 64 bytes of each row a turn. LDP takes a constant offset but no index register, so every pointer
//   is advanced; four registers of each row spread the five additions and the branch over 16 steps. More
//   would save at most 0.2 instructions per 16 bytes and leave longer ends to the 16-byte loop (384, 512 and
//   768 are multiples of 64). Four sums suffice: SADALP and SDOT take the sum of the instruction before them
//   one cycle after it (late forwarding), and the four chains cover the rest. scripts/arm64-disassembly.sh
//   shows and counts the loop.
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
        int padded = Math.Max(length, Width);
        byte* room = stackalloc byte[RoomBytes];
        fixed (sbyte* start = query)
        fixed (sbyte* first = rows)
        fixed (int* target = scores)
        {
            sbyte* codes = Padded(start, length, room);
            sbyte* row = first;
            int i = 0;
            for (; i <= scores.Length - RowsTogether; i += RowsTogether)
            {
                Block(
                    row, length, RowsTogether, room,
                    out sbyte* row0, out sbyte* row1, out sbyte* row2, out sbyte* row3);
                FourRows<TStep>(codes, row0, row1, row2, row3, padded).Store(target + i);
                row += RowsTogether * length;
            }

            for (; i < scores.Length; i++)
            {
                target[i] = OneRow<TStep>(codes, Padded(row, length, room + RoomOfRows), padded);
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
        int padded = Math.Max(length, Width);
        byte* room = stackalloc byte[RoomBytes];
        fixed (sbyte* start = query)
        fixed (sbyte* first = rows)
        fixed (int* at = ordinals)
        fixed (int* target = scores)
        {
            sbyte* codes = Padded(start, length, room);
            int i = 0;
            for (; i <= scores.Length - RowsTogether; i += RowsTogether)
            {
                FourRows<TStep>(
                    codes,
                    Padded(first + ((nint)at[i] * length), length, room + RoomOfRows),
                    Padded(first + ((nint)at[i + 1] * length), length, room + RoomOfRows + Width),
                    Padded(first + ((nint)at[i + 2] * length), length, room + RoomOfRows + (2 * Width)),
                    Padded(first + ((nint)at[i + 3] * length), length, room + RoomOfRows + (3 * Width)),
                    padded).Store(target + i);
            }

            for (; i < scores.Length; i++)
            {
                sbyte* row = Padded(first + ((nint)at[i] * length), length, room + RoomOfRows);
                target[i] = OneRow<TStep>(codes, row, padded);
            }
        }
    }

    /// <summary>Dot products of four queries with rows that follow each other.</summary>
    private protected static void DotTileRows<TStep>(
        ReadOnlySpan<sbyte> queries, ReadOnlySpan<sbyte> rows, Span<int> scores)
        where TStep : IProductStep
    {
        int length = queries.Length / TileQueries;
        int padded = Math.Max(length, Width);
        int count = scores.Length / TileQueries;
        byte* room = stackalloc byte[RoomBytes];
        fixed (sbyte* start = queries)
        fixed (sbyte* first = rows)
        fixed (int* target = scores)
        {
            sbyte* codes = Padded(start, length, room);
            for (int query = 1; query < TileQueries; query++)
            {
                Padded(start + (query * length), length, room + (query * Width));
            }

            sbyte* row = first;
            int i = 0;
            for (; i <= count - RowsTogether; i += RowsTogether)
            {
                Block(row, length, RowsTogether, room, out sbyte* row0, out _, out _, out _);
                FourByFour<TStep>(codes, row0, padded, target + i, count);
                row += RowsTogether * length;
            }

            // The same product the other way round: one row for the four queries.
            for (; i < count; i++)
            {
                Vector128<int> four = FourRows<TStep>(
                    Padded(row, length, room + RoomOfRows),
                    codes, codes + padded, codes + (2 * padded), codes + (3 * padded),
                    padded);
                for (int query = 0; query < TileQueries; query++)
                {
                    target[((nint)query * count) + i] = four.GetElement(query);
                }

                row += length;
            }
        }
    }

    /// <summary>The products of one query with four rows anywhere.</summary>
    /// <remarks>Out of line: all registers are its own, and scripts/arm64-disassembly.sh finds it.</remarks>
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
            Vector128<sbyte> codes0 = AdvSimd.LoadVector128(query);
            Vector128<sbyte> codes1 = AdvSimd.LoadVector128(query + Width);
            sum0 = Pair<TStep>(sum0, codes0, codes1, row0, 0);
            sum1 = Pair<TStep>(sum1, codes0, codes1, row1, 0);
            sum2 = Pair<TStep>(sum2, codes0, codes1, row2, 0);
            sum3 = Pair<TStep>(sum3, codes0, codes1, row3, 0);
            codes0 = AdvSimd.LoadVector128(query + (2 * Width));
            codes1 = AdvSimd.LoadVector128(query + (3 * Width));
            sum0 = Pair<TStep>(sum0, codes0, codes1, row0, 2 * Width);
            sum1 = Pair<TStep>(sum1, codes0, codes1, row1, 2 * Width);
            sum2 = Pair<TStep>(sum2, codes0, codes1, row2, 2 * Width);
            sum3 = Pair<TStep>(sum3, codes0, codes1, row3, 2 * Width);
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
            Vector128<sbyte> codes = Rest(query + i, rest);
            sum0 = TStep.MultiplyAdd(sum0, codes, Rest(row0 + i, rest));
            sum1 = TStep.MultiplyAdd(sum1, codes, Rest(row1 + i, rest));
            sum2 = TStep.MultiplyAdd(sum2, codes, Rest(row2 + i, rest));
            sum3 = TStep.MultiplyAdd(sum3, codes, Rest(row3 + i, rest));
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
            sum1 = TStep.MultiplyAdd(sum1, Rest(query + i, rest), Rest(row + i, rest));
        }

        return AdvSimd.Arm64.AddAcross(AdvSimd.Add(sum0, sum1)).ToScalar();
    }

    /// <summary>
    /// The products of four queries with four rows; a query's four scores go to its own line.
    /// </summary>
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
            codes0 = Rest(query0 + i, rest);
            codes1 = Rest(query1 + i, rest);
            codes2 = Rest(query2 + i, rest);
            codes3 = Rest(query3 + i, rest);
            Four<TStep>(
                ref sum00, ref sum10, ref sum20, ref sum30, codes0, codes1, codes2, codes3,
                Rest(row0 + i, rest));
            Four<TStep>(
                ref sum01, ref sum11, ref sum21, ref sum31, codes0, codes1, codes2, codes3,
                Rest(row1 + i, rest));
            Four<TStep>(
                ref sum02, ref sum12, ref sum22, ref sum32, codes0, codes1, codes2, codes3,
                Rest(row2 + i, rest));
            Four<TStep>(
                ref sum03, ref sum13, ref sum23, ref sum33, codes0, codes1, codes2, codes3,
                Rest(row3 + i, rest));
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

    /// <summary>Two steps on one row; the compiler makes one LDP of loads that follow each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Pair<TStep>(
        Vector128<int> sum, Vector128<sbyte> codes0, Vector128<sbyte> codes1, sbyte* row, int offset)
        where TStep : IProductStep
    {
        Vector128<sbyte> row0 = AdvSimd.LoadVector128(row + offset);
        Vector128<sbyte> row1 = AdvSimd.LoadVector128(row + offset + Width);
        return TStep.MultiplyAdd(TStep.MultiplyAdd(sum, codes0, row0), codes1, row1);
    }
}
