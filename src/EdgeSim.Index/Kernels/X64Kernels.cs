// Instructions: VPSADBW sums absolute differences of 32 bytes (the codes are biased by 128, which keeps
//   differences); VPMOVSXBW and VPMADDWD for row sums; VCVTPS2PD, VCVTPD2DQ (halves to even) and VPACKSSDW to
//   quantise; VCVTDQ2PD for the float query.
// Machines: x64 since Haswell (2013) and Excavator (2015).
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
// Why faster than scalar: 8 to 32 components a step.
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EdgeSim.Index.Kernels;

/// <summary>
/// What all x64 classes share: everything but the int8 dot products, in which the instruction sets differ.
/// </summary>
public abstract unsafe partial class X64Kernels : VectorKernels
{
    /// <summary>
    /// Turns a signed code into its unsigned neighbour, code + 128, by flipping the top bit.
    /// </summary>
    private protected const byte SignBit = 0x80;

    /// <summary>A cache line: loads that begin at its multiples never touch two.</summary>
    private protected const int AlignmentBytes = 64;

    /// <summary>
    /// Bytes that a scan asks for ahead. The hardware prefetcher of the machine that was measured (AMD Zen 5)
    /// reaches four fifths of the plain reading speed alone, and all of it with this; 2 and 4 KB were worse.
    /// </summary>
    private protected const int PrefetchBytes = 8192;

    /// <inheritdoc/>
    public override void Prefetch(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            PrefetchRow((sbyte*)first, bytes.Length);
        }
    }

    /// <inheritdoc/>
    protected override void ManhattanCore(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> distances)
    {
        int length = query.Length;
        fixed (sbyte* left = query)
        fixed (sbyte* first = rows)
        {
            for (int row = 0; row < distances.Length; row++)
            {
                distances[row] = Manhattan((byte*)left, (byte*)first + ((nint)row * length), length);
            }
        }
    }

    /// <inheritdoc/>
    protected override void RowSumsCore(
        int length, ReadOnlySpan<sbyte> rows, Span<int> sums, Span<int> squareSums)
    {
        int end = length & ~15;
        fixed (sbyte* first = rows)
        {
            for (int row = 0; row < sums.Length; row++)
            {
                sbyte* codes = first + ((nint)row * length);
                Vector256<int> sum = Vector256<int>.Zero;
                Vector256<int> squares = Vector256<int>.Zero;
                for (int i = 0; i < end; i += 16)
                {
                    Vector256<short> wide = Avx2.ConvertToVector256Int16(codes + i);
                    sum += Avx2.MultiplyAddAdjacent(wide, Vector256<short>.One);
                    squares += Avx2.MultiplyAddAdjacent(wide, wide);
                }

                int total = Vector256.Sum(sum);
                int totalSquares = Vector256.Sum(squares);
                for (int i = end; i < length; i++)
                {
                    total += codes[i];
                    totalSquares += codes[i] * codes[i];
                }

                sums[row] = total;
                squareSums[row] = totalSquares;
            }
        }
    }

    /// <inheritdoc/>
    protected override void QuantizeCore(ReadOnlySpan<float> row, double inverse, Span<sbyte> codes)
    {
        Vector256<double> factor = Vector256.Create(inverse);
        int end = row.Length & ~7;
        fixed (float* values = row)
        fixed (sbyte* target = codes)
        {
            for (int i = 0; i < end; i += 8)
            {
                Vector128<short> eight = Sse2.PackSignedSaturate(
                    Round(values + i, factor), Round(values + i + 4, factor));
                *(long*)(target + i) = Sse2.PackSignedSaturate(eight, eight).AsInt64().ToScalar();
            }
        }

        for (int i = end; i < row.Length; i++)
        {
            codes[i] = (sbyte)Math.Round(Math.Clamp(row[i] * inverse, -127.0, 127.0));
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
    protected override double SquareSumCore(ReadOnlySpan<float> row)
    {
        Vector256<double> low = Vector256<double>.Zero;
        Vector256<double> high = Vector256<double>.Zero;
        int end = row.Length & ~7;
        fixed (float* values = row)
        {
            for (int i = 0; i < end; i += 8)
            {
                Vector256<double> left = Avx.ConvertToVector256Double(Sse.LoadVector128(values + i));
                Vector256<double> right = Avx.ConvertToVector256Double(Sse.LoadVector128(values + i + 4));
                low += left * left;
                high += right * right;
            }
        }

        Span<double> lanes = stackalloc double[8];
        low.CopyTo(lanes);
        high.CopyTo(lanes[4..]);
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

    /// <summary>
    /// The first whole line of a buffer. The query is read once a row, and where every second load of it
    /// touches two
    /// cache lines a scan takes half as long again: the spans of callers begin anywhere.
    /// </summary>
    private protected static byte* Align(byte* buffer)
        => (byte*)(((nint)buffer + AlignmentBytes - 1) & -AlignmentBytes);

    /// <summary>Four sums of eight lanes each, as four numbers.</summary>
    private protected static Vector128<int> SumLanes(
        Vector256<int> sum0, Vector256<int> sum1, Vector256<int> sum2, Vector256<int> sum3)
    {
        Vector256<int> pairs = Avx2.HorizontalAdd(
            Avx2.HorizontalAdd(sum0, sum1), Avx2.HorizontalAdd(sum2, sum3));
        return pairs.GetLower() + pairs.GetUpper();
    }

    /// <summary>
    /// Asks for the rows that a gather reads next; memory order tells the prefetcher nothing there.
    /// </summary>
    private protected static void PrefetchRow(sbyte* row, int length)
    {
        for (int i = 0; i < length; i += 64)
        {
            Sse.Prefetch0(row + i);
        }
    }

    private protected static int DotOfTail(sbyte* query, sbyte* row, int start, int length)
    {
        int sum = 0;
        for (int i = start; i < length; i++)
        {
            sum += query[i] * row[i];
        }

        return sum;
    }

    private static int Manhattan(byte* left, byte* right, int length)
    {
        Vector256<byte> bias = Vector256.Create(SignBit);
        Vector256<long> sum = Vector256<long>.Zero;
        int i = 0;
        for (; i + 32 <= length; i += 32)
        {
            sum += Avx2.SumAbsoluteDifferences(
                Avx.LoadVector256(left + i) ^ bias, Avx.LoadVector256(right + i) ^ bias).AsInt64();
        }

        Vector128<long> rest = sum.GetLower() + sum.GetUpper();
        if (i + 16 <= length)
        {
            rest += Sse2.SumAbsoluteDifferences(
                Sse2.LoadVector128(left + i) ^ bias.GetLower(),
                Sse2.LoadVector128(right + i) ^ bias.GetLower()).AsInt64();
            i += 16;
        }

        int total = (int)(rest.ToScalar() + rest.GetElement(1));
        for (; i < length; i++)
        {
            total += Math.Abs((sbyte)left[i] - (sbyte)right[i]);
        }

        return total;
    }

    /// <summary>Four values times the factor, held within the codes, to the nearest integers.</summary>
    private static Vector128<int> Round(float* values, Vector256<double> factor)
    {
        Vector256<double> scaled = Avx.ConvertToVector256Double(Sse.LoadVector128(values)) * factor;
        return Avx.ConvertToVector128Int32(
            Avx.Min(Avx.Max(scaled, Vector256.Create(-127.0)), Vector256.Create(127.0)));
    }
}
