// Instructions: SABD gives 16 absolute differences of codes as unsigned bytes; the class adds them up
//   (ICodeSteps). FCVTL widens floats to double, FCVTNS rounds to the nearest integer with halves to even,
//   SQXTN narrows and holds within the type. SXTL and SCVTF widen codes for the float query.
// Source: Arm Architecture Reference Manual for A-profile.
// Why faster than scalar: 16 codes a step; four rows share each load of the query. The rounding mode is part
//   of FCVTNS, and saturation is part of SQXTN, so a quantised row needs neither comparisons nor branches.
// Unrolling: two registers a turn, each with its own sums, which also keeps uint16 sums of differences from
//   overflow. These loops run once a write or once a survivor, or wait for rows from memory: more would only
//   be more code.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeSim.Index.Kernels;

/// <content>Sums over codes, making codes, and codes against a float query.</content>
public abstract unsafe partial class Arm64Kernels
{
    /// <summary>What later cores do in fewer instructions. Every step is exact for all codes.</summary>
    private protected interface ICodeSteps
    {
        /// <summary>Adds 16 codes to four sums.</summary>
        static abstract Vector128<int> AddCodes(Vector128<int> sum, Vector128<sbyte> codes);

        /// <summary>Adds the squares of 16 codes to four sums.</summary>
        static abstract Vector128<int> AddSquares(Vector128<int> sum, Vector128<sbyte> codes);

        /// <summary>
        /// Adds 16 absolute differences to a register of sums, whose width is the class's own: it holds those
        /// of 128 registers, half the longest row.
        /// </summary>
        static abstract Vector128<uint> AddDifferences(Vector128<uint> sums, Vector128<byte> differences);

        /// <summary>Four sums from two such registers.</summary>
        static abstract Vector128<uint> TotalDifferences(Vector128<uint> even, Vector128<uint> odd);
    }

    /// <summary>Sums of absolute differences of one query and rows that follow each other.</summary>
    private protected static void ManhattanRows<TSteps>(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> distances)
        where TSteps : ICodeSteps
    {
        int length = query.Length;
        int padded = Math.Max(length, Width);
        byte* room = stackalloc byte[RoomBytes];
        fixed (sbyte* start = query)
        fixed (sbyte* first = rows)
        fixed (int* target = distances)
        {
            sbyte* codes = Padded(start, length, room);
            sbyte* row = first;
            for (int i = 0; i < distances.Length; i += RowsTogether)
            {
                int left = distances.Length - i;
                Block(
                    row, length, left, room,
                    out sbyte* row0, out sbyte* row1, out sbyte* row2, out sbyte* row3);
                Store(FourDistances<TSteps>(codes, row0, row1, row2, row3, padded), target + i, left);
                row += RowsTogether * length;
            }
        }
    }

    /// <summary>The sum and the sum of squares of each row.</summary>
    private protected static void SumRows<TSteps>(
        int length, ReadOnlySpan<sbyte> rows, Span<int> sums, Span<int> squareSums)
        where TSteps : ICodeSteps
    {
        int padded = Math.Max(length, Width);
        byte* room = stackalloc byte[Width];
        fixed (sbyte* first = rows)
        {
            sbyte* row = first;
            for (int i = 0; i < sums.Length; i++)
            {
                OneRowSums<TSteps>(Padded(row, length, room), padded, out sums[i], out squareSums[i]);
                row += length;
            }
        }
    }

    /// <inheritdoc/>
    protected override void QuantizeCore(ReadOnlySpan<float> row, double inverse, Span<sbyte> codes)
    {
        fixed (float* values = row)
        fixed (sbyte* target = codes)
        {
            if (row.Length < Width)
            {
                for (int i = 0; i < row.Length; i++)
                {
                    target[i] = (sbyte)Math.Round(Math.Clamp(values[i] * inverse, -127.0, 127.0));
                }

                return;
            }

            // The last turn writes some codes for a second time, and the same.
            Vector128<double> factor = Vector128.Create(inverse);
            int last = row.Length - Width;
            for (int i = 0; i < last; i += Width)
            {
                Codes(values + i, factor).Store(target + i);
            }

            Codes(values + last, factor).Store(target + last);
        }
    }

    /// <inheritdoc/>
    protected override double DotCore(ReadOnlySpan<float> query, ReadOnlySpan<sbyte> row)
    {
        Vector128<double> sum01 = Vector128<double>.Zero;
        Vector128<double> sum23 = Vector128<double>.Zero;
        Vector128<double> sum45 = Vector128<double>.Zero;
        Vector128<double> sum67 = Vector128<double>.Zero;
        int end = query.Length & ~7;
        fixed (float* values = query)
        fixed (sbyte* codes = row)
        {
            for (int i = 0; i < end; i += 8)
            {
                Widen(codes + i, out Vector128<float> code0, out Vector128<float> code4);
                Vector128<float> value0 = AdvSimd.LoadVector128(values + i);
                Vector128<float> value4 = AdvSimd.LoadVector128(values + i + 4);
                sum01 += Low(value0) * Low(code0);
                sum23 += High(value0) * High(code0);
                sum45 += Low(value4) * Low(code4);
                sum67 += High(value4) * High(code4);
            }
        }

        Span<double> lanes = stackalloc double[8];
        StoreLanes(lanes, sum01, sum23, sum45, sum67);
        for (int i = end; i < query.Length; i++)
        {
            lanes[i & 7] += (double)query[i] * row[i];
        }

        return SumLanes(lanes);
    }

    /// <inheritdoc/>
    protected override double SquareSumCore(ReadOnlySpan<float> row)
    {
        Vector128<double> sum01 = Vector128<double>.Zero;
        Vector128<double> sum23 = Vector128<double>.Zero;
        Vector128<double> sum45 = Vector128<double>.Zero;
        Vector128<double> sum67 = Vector128<double>.Zero;
        int end = row.Length & ~7;
        fixed (float* values = row)
        {
            for (int i = 0; i < end; i += 8)
            {
                Vector128<float> value0 = AdvSimd.LoadVector128(values + i);
                Vector128<float> value4 = AdvSimd.LoadVector128(values + i + 4);
                sum01 += Low(value0) * Low(value0);
                sum23 += High(value0) * High(value0);
                sum45 += Low(value4) * Low(value4);
                sum67 += High(value4) * High(value4);
            }
        }

        Span<double> lanes = stackalloc double[8];
        StoreLanes(lanes, sum01, sum23, sum45, sum67);
        for (int i = end; i < row.Length; i++)
        {
            lanes[i & 7] += (double)row[i] * row[i];
        }

        return SumLanes(lanes);
    }

    /// <inheritdoc/>
    protected override double DistanceSquaredCore(
        ReadOnlySpan<float> query, ReadOnlySpan<sbyte> row, float scale)
    {
        Vector128<double> sum01 = Vector128<double>.Zero;
        Vector128<double> sum23 = Vector128<double>.Zero;
        Vector128<double> sum45 = Vector128<double>.Zero;
        Vector128<double> sum67 = Vector128<double>.Zero;
        Vector128<double> scales = Vector128.Create((double)scale);
        int end = query.Length & ~7;
        fixed (float* values = query)
        fixed (sbyte* codes = row)
        {
            for (int i = 0; i < end; i += 8)
            {
                Widen(codes + i, out Vector128<float> code0, out Vector128<float> code4);
                Vector128<float> value0 = AdvSimd.LoadVector128(values + i);
                Vector128<float> value4 = AdvSimd.LoadVector128(values + i + 4);
                Vector128<double> difference01 = Low(value0) - (scales * Low(code0));
                Vector128<double> difference23 = High(value0) - (scales * High(code0));
                Vector128<double> difference45 = Low(value4) - (scales * Low(code4));
                Vector128<double> difference67 = High(value4) - (scales * High(code4));
                sum01 += difference01 * difference01;
                sum23 += difference23 * difference23;
                sum45 += difference45 * difference45;
                sum67 += difference67 * difference67;
            }
        }

        Span<double> lanes = stackalloc double[8];
        StoreLanes(lanes, sum01, sum23, sum45, sum67);
        for (int i = end; i < query.Length; i++)
        {
            double difference = query[i] - ((double)scale * row[i]);
            lanes[i & 7] += difference * difference;
        }

        return SumLanes(lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector128<int> FourDistances<TSteps>(
        sbyte* query, sbyte* row0, sbyte* row1, sbyte* row2, sbyte* row3, int length)
        where TSteps : ICodeSteps
    {
        Vector128<uint> even0 = Vector128<uint>.Zero, even1 = even0, even2 = even0, even3 = even0;
        Vector128<uint> odd0 = even0, odd1 = even0, odd2 = even0, odd3 = even0;
        nint i = 0;
        for (; i <= length - (2 * Width); i += 2 * Width)
        {
            (Vector128<sbyte> codes0, Vector128<sbyte> codes1) = AdvSimd.Arm64.LoadPairVector128(query + i);
            Differences<TSteps>(ref even0, ref odd0, codes0, codes1, row0 + i);
            Differences<TSteps>(ref even1, ref odd1, codes0, codes1, row1 + i);
            Differences<TSteps>(ref even2, ref odd2, codes0, codes1, row2 + i);
            Differences<TSteps>(ref even3, ref odd3, codes0, codes1, row3 + i);
        }

        if (i <= length - Width)
        {
            Vector128<sbyte> codes = AdvSimd.LoadVector128(query + i);
            even0 = Differences<TSteps>(even0, codes, AdvSimd.LoadVector128(row0 + i));
            even1 = Differences<TSteps>(even1, codes, AdvSimd.LoadVector128(row1 + i));
            even2 = Differences<TSteps>(even2, codes, AdvSimd.LoadVector128(row2 + i));
            even3 = Differences<TSteps>(even3, codes, AdvSimd.LoadVector128(row3 + i));
            i += Width;
        }

        int rest = length - (int)i;
        if (rest != 0)
        {
            Vector128<sbyte> codes = Rest(query + i, rest);
            odd0 = Differences<TSteps>(odd0, codes, Rest(row0 + i, rest));
            odd1 = Differences<TSteps>(odd1, codes, Rest(row1 + i, rest));
            odd2 = Differences<TSteps>(odd2, codes, Rest(row2 + i, rest));
            odd3 = Differences<TSteps>(odd3, codes, Rest(row3 + i, rest));
        }

        return Sums(
            TSteps.TotalDifferences(even0, odd0).AsInt32(),
            TSteps.TotalDifferences(even1, odd1).AsInt32(),
            TSteps.TotalDifferences(even2, odd2).AsInt32(),
            TSteps.TotalDifferences(even3, odd3).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Differences<TSteps>(
        ref Vector128<uint> even,
        ref Vector128<uint> odd,
        Vector128<sbyte> codes0,
        Vector128<sbyte> codes1,
        sbyte* row)
        where TSteps : ICodeSteps
    {
        (Vector128<sbyte> row0, Vector128<sbyte> row1) = AdvSimd.Arm64.LoadPairVector128(row);
        even = Differences<TSteps>(even, codes0, row0);
        odd = Differences<TSteps>(odd, codes1, row1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Differences<TSteps>(
        Vector128<uint> sums, Vector128<sbyte> left, Vector128<sbyte> right)
        where TSteps : ICodeSteps
        => TSteps.AddDifferences(sums, AdvSimd.AbsoluteDifference(left, right));

    private static void OneRowSums<TSteps>(sbyte* row, int length, out int sum, out int squareSum)
        where TSteps : ICodeSteps
    {
        Vector128<int> sum0 = Vector128<int>.Zero, sum1 = sum0, squares0 = sum0, squares1 = sum0;
        nint i = 0;
        for (; i <= length - (2 * Width); i += 2 * Width)
        {
            (Vector128<sbyte> codes0, Vector128<sbyte> codes1) = AdvSimd.Arm64.LoadPairVector128(row + i);
            sum0 = TSteps.AddCodes(sum0, codes0);
            sum1 = TSteps.AddCodes(sum1, codes1);
            squares0 = TSteps.AddSquares(squares0, codes0);
            squares1 = TSteps.AddSquares(squares1, codes1);
        }

        if (i <= length - Width)
        {
            Vector128<sbyte> codes = AdvSimd.LoadVector128(row + i);
            sum0 = TSteps.AddCodes(sum0, codes);
            squares0 = TSteps.AddSquares(squares0, codes);
            i += Width;
        }

        int rest = length - (int)i;
        if (rest != 0)
        {
            Vector128<sbyte> codes = Rest(row + i, rest);
            sum1 = TSteps.AddCodes(sum1, codes);
            squares1 = TSteps.AddSquares(squares1, codes);
        }

        sum = AdvSimd.Arm64.AddAcross(AdvSimd.Add(sum0, sum1)).ToScalar();
        squareSum = AdvSimd.Arm64.AddAcross(AdvSimd.Add(squares0, squares1)).ToScalar();
    }

    /// <summary>
    /// 16 codes. Rounding before the bounds gives what bounds before rounding do: they are integers.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Codes(float* values, Vector128<double> factor)
    {
        Vector128<short> low = AdvSimd.ExtractNarrowingSaturateUpper(
            AdvSimd.ExtractNarrowingSaturateLower(Rounded(values, factor)), Rounded(values + 4, factor));
        Vector128<short> high = AdvSimd.ExtractNarrowingSaturateUpper(
            AdvSimd.ExtractNarrowingSaturateLower(Rounded(values + 8, factor)), Rounded(values + 12, factor));
        return AdvSimd.Max(
            AdvSimd.ExtractNarrowingSaturateUpper(AdvSimd.ExtractNarrowingSaturateLower(low), high),
            Vector128.Create((sbyte)-127));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Rounded(float* values, Vector128<double> factor)
    {
        Vector128<float> four = AdvSimd.LoadVector128(values);
        return AdvSimd.ExtractNarrowingSaturateUpper(
            AdvSimd.ExtractNarrowingSaturateLower(
                AdvSimd.Arm64.ConvertToInt64RoundToEven(AdvSimd.Arm64.Multiply(Low(four), factor))),
            AdvSimd.Arm64.ConvertToInt64RoundToEven(AdvSimd.Arm64.Multiply(High(four), factor)));
    }

    private static void Widen(sbyte* codes, out Vector128<float> low, out Vector128<float> high)
    {
        Vector128<short> eight = AdvSimd.SignExtendWideningLower(AdvSimd.LoadVector64(codes));
        low = AdvSimd.ConvertToSingle(AdvSimd.SignExtendWideningLower(eight.GetLower()));
        high = AdvSimd.ConvertToSingle(AdvSimd.SignExtendWideningUpper(eight));
    }

    private static Vector128<double> Low(Vector128<float> four)
        => AdvSimd.Arm64.ConvertToDouble(four.GetLower());

    private static Vector128<double> High(Vector128<float> four) => AdvSimd.Arm64.ConvertToDoubleUpper(four);

    private static void StoreLanes(
        Span<double> lanes,
        Vector128<double> sum01,
        Vector128<double> sum23,
        Vector128<double> sum45,
        Vector128<double> sum67)
    {
        sum01.CopyTo(lanes);
        sum23.CopyTo(lanes[2..]);
        sum45.CopyTo(lanes[4..]);
        sum67.CopyTo(lanes[6..]);
    }
}
