// Instructions: VPMOVSXBW widens 16 codes to int16, VPMADDWD multiplies 16 pairs and adds neighbours into
//   int32, VPADDD accumulates: three instructions for 16 products. VCVTPS2PD / VCVTDQ2PD for the float query.
// Machines: x64 since Haswell (2013) and Excavator (2015).
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
// Why faster than scalar: 16 products a step, and four rows share each load of the query, which is widened
//   once a block. VPMADDUBSW would do 32 products a step but is wrong for some pairs that hold -128; this
//   form is exact for all.
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeSim.Index.Kernels;

/// <summary>256-bit kernels for x64.</summary>
public sealed unsafe class Avx2Kernels : VectorKernels
{
    /// <summary>Whether this processor and this build can run the class.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <inheritdoc/>
    public override string Name => "avx2";

    /// <inheritdoc/>
    protected override void DotCore(ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> scores)
    {
        int length = query.Length;
        short* wide = stackalloc short[length];
        for (int i = 0; i < length; i++)
        {
            wide[i] = query[i];
        }

        fixed (sbyte* first = rows)
        {
            int row = 0;
            for (; row + 4 <= scores.Length; row += 4)
            {
                FourRows(wide, first + ((nint)row * length), length, scores.Slice(row, 4));
            }

            for (; row < scores.Length; row++)
            {
                scores[row] = OneRow(wide, first + ((nint)row * length), length);
            }
        }
    }

    /// <inheritdoc/>
    protected override double DotCore(ReadOnlySpan<float> query, ReadOnlySpan<sbyte> row)
    {
        Vector256<double> low = Vector256<double>.Zero;
        Vector256<double> high = Vector256<double>.Zero;
        int end = query.Length & ~7;
        fixed (float* values = query)
        fixed (sbyte* codes = row)
        {
            for (int i = 0; i < end; i += 8)
            {
                Vector256<int> eight = Avx2.ConvertToVector256Int32(codes + i);
                low += Avx.ConvertToVector256Double(Sse.LoadVector128(values + i))
                    * Avx.ConvertToVector256Double(eight.GetLower());
                high += Avx.ConvertToVector256Double(Sse.LoadVector128(values + i + 4))
                    * Avx.ConvertToVector256Double(eight.GetUpper());
            }
        }

        Span<double> lanes = stackalloc double[8];
        low.CopyTo(lanes);
        high.CopyTo(lanes[4..]);
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
        Vector256<double> low = Vector256<double>.Zero;
        Vector256<double> high = Vector256<double>.Zero;
        Vector256<double> scales = Vector256.Create((double)scale);
        int end = query.Length & ~7;
        fixed (float* values = query)
        fixed (sbyte* codes = row)
        {
            for (int i = 0; i < end; i += 8)
            {
                Vector256<int> eight = Avx2.ConvertToVector256Int32(codes + i);
                Vector256<double> left = Avx.ConvertToVector256Double(Sse.LoadVector128(values + i))
                    - (scales * Avx.ConvertToVector256Double(eight.GetLower()));
                Vector256<double> right = Avx.ConvertToVector256Double(Sse.LoadVector128(values + i + 4))
                    - (scales * Avx.ConvertToVector256Double(eight.GetUpper()));
                low += left * left;
                high += right * right;
            }
        }

        Span<double> lanes = stackalloc double[8];
        low.CopyTo(lanes);
        high.CopyTo(lanes[4..]);
        for (int i = end; i < query.Length; i++)
        {
            double difference = query[i] - ((double)scale * row[i]);
            lanes[i & 7] += difference * difference;
        }

        return SumLanes(lanes);
    }

    private static void FourRows(short* query, sbyte* rows, int length, Span<int> scores)
    {
        sbyte* row1 = rows + length;
        sbyte* row2 = row1 + length;
        sbyte* row3 = row2 + length;
        Vector256<int> sum0 = Vector256<int>.Zero;
        Vector256<int> sum1 = Vector256<int>.Zero;
        Vector256<int> sum2 = Vector256<int>.Zero;
        Vector256<int> sum3 = Vector256<int>.Zero;
        int end = length & ~15;
        for (int i = 0; i < end; i += 16)
        {
            Vector256<short> wide = Avx.LoadVector256(query + i);
            sum0 += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(rows + i), wide);
            sum1 += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(row1 + i), wide);
            sum2 += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(row2 + i), wide);
            sum3 += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(row3 + i), wide);
        }

        scores[0] = Vector256.Sum(sum0) + Tail(query, rows, end, length);
        scores[1] = Vector256.Sum(sum1) + Tail(query, row1, end, length);
        scores[2] = Vector256.Sum(sum2) + Tail(query, row2, end, length);
        scores[3] = Vector256.Sum(sum3) + Tail(query, row3, end, length);
    }

    private static int OneRow(short* query, sbyte* row, int length)
    {
        Vector256<int> sum = Vector256<int>.Zero;
        int end = length & ~15;
        for (int i = 0; i < end; i += 16)
        {
            sum += Avx2.MultiplyAddAdjacent(
                Avx2.ConvertToVector256Int16(row + i), Avx.LoadVector256(query + i));
        }

        return Vector256.Sum(sum) + Tail(query, row, end, length);
    }

    private static int Tail(short* query, sbyte* row, int start, int length)
    {
        int sum = 0;
        for (int i = start; i < length; i++)
        {
            sum += query[i] * row[i];
        }

        return sum;
    }
}
