// Instructions: SMULL / SMULL2 multiply 8 + 8 codes into int16, SADALP adds neighbours into int32
//   accumulators: four instructions for 16 products. SXTL, SCVTF and FCVTL widen codes and floats to double
//   for the float query.
// Boards: every ARM64 core (ARMv8.0-A Advanced SIMD): Raspberry Pi 3, 4 (Cortex-A72), 5 (A76), Jetson. No
//   SDOT is used.
// Source: Arm Architecture Reference Manual for A-profile; Cortex-A72 Software Optimization Guide, where
//   multiplies go to one SIMD pipe and SADALP to the other, so the pair costs no more than the SMLAL form,
//   which needs one SADALP less.
// Why faster than scalar: 16 products a step, and four rows share each load of the query.
//   SMLAL2 onto a SMULL result would overflow int16 for two products of -128 x -128; SADALP after each
//   multiply cannot.
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeSim.Index.Kernels;

/// <summary>128-bit kernels for ARM64.</summary>
public sealed unsafe class NeonKernels : VectorKernels
{
    /// <summary>Whether this processor and this build can run the class.</summary>
    public static bool IsSupported => AdvSimd.Arm64.IsSupported;

    /// <inheritdoc/>
    public override string Name => "neon";

    /// <inheritdoc/>
    protected override void DotCore(ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> scores)
    {
        int length = query.Length;
        fixed (sbyte* codes = query)
        fixed (sbyte* first = rows)
        {
            int row = 0;
            for (; row + 4 <= scores.Length; row += 4)
            {
                FourRows(codes, first + ((nint)row * length), length, scores.Slice(row, 4));
            }

            for (; row < scores.Length; row++)
            {
                scores[row] = OneRow(codes, first + ((nint)row * length), length);
            }
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

    private static void FourRows(sbyte* query, sbyte* rows, int length, Span<int> scores)
    {
        sbyte* row1 = rows + length;
        sbyte* row2 = row1 + length;
        sbyte* row3 = row2 + length;
        Vector128<int> sum0 = Vector128<int>.Zero;
        Vector128<int> sum1 = Vector128<int>.Zero;
        Vector128<int> sum2 = Vector128<int>.Zero;
        Vector128<int> sum3 = Vector128<int>.Zero;
        int end = length & ~15;
        for (int i = 0; i < end; i += 16)
        {
            Vector128<sbyte> codes = AdvSimd.LoadVector128(query + i);
            sum0 = MultiplyAdd(sum0, codes, AdvSimd.LoadVector128(rows + i));
            sum1 = MultiplyAdd(sum1, codes, AdvSimd.LoadVector128(row1 + i));
            sum2 = MultiplyAdd(sum2, codes, AdvSimd.LoadVector128(row2 + i));
            sum3 = MultiplyAdd(sum3, codes, AdvSimd.LoadVector128(row3 + i));
        }

        scores[0] = Vector128.Sum(sum0) + Tail(query, rows, end, length);
        scores[1] = Vector128.Sum(sum1) + Tail(query, row1, end, length);
        scores[2] = Vector128.Sum(sum2) + Tail(query, row2, end, length);
        scores[3] = Vector128.Sum(sum3) + Tail(query, row3, end, length);
    }

    private static int OneRow(sbyte* query, sbyte* row, int length)
    {
        Vector128<int> sum = Vector128<int>.Zero;
        int end = length & ~15;
        for (int i = 0; i < end; i += 16)
        {
            sum = MultiplyAdd(sum, AdvSimd.LoadVector128(query + i), AdvSimd.LoadVector128(row + i));
        }

        return Vector128.Sum(sum) + Tail(query, row, end, length);
    }

    private static Vector128<int> MultiplyAdd(
        Vector128<int> sum, Vector128<sbyte> left, Vector128<sbyte> right)
    {
        sum = AdvSimd.AddPairwiseWideningAndAdd(
            sum, AdvSimd.MultiplyWideningLower(left.GetLower(), right.GetLower()));
        return AdvSimd.AddPairwiseWideningAndAdd(sum, AdvSimd.MultiplyWideningUpper(left, right));
    }

    private static int Tail(sbyte* query, sbyte* row, int start, int length)
    {
        int sum = 0;
        for (int i = start; i < length; i++)
        {
            sum += query[i] * row[i];
        }

        return sum;
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
