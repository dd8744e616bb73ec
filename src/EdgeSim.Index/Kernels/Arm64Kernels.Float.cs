// Instructions: FMLA adds four products with one rounding, as the law's fused multiply-add does; FADDP adds
//   neighbours of two registers; ZIP, UZP and TRN rearrange.
// Source: Arm Architecture Reference Manual for A-profile; Fino and Algazi 1976 (Unified Matrix Treatment of
//   the Fast Walsh-Hadamard Transform).
// Why faster than scalar: four lanes an instruction. The law's 16 lanes are four registers, and with four
//   rows sixteen chains of FMLA, more than its latency times the two pipes (4 x 2 on Cortex-A76); each load
//   of the query serves four rows. 16 sums, 4 registers of the query and 2 of a row are 22 of the 32
//   registers.
// Unrolling: one turn is the 16 lanes; what remains is at most 15 values, added to their lanes one by one: a
//   register filled up with zeros would not do, for adding +0 turns a lane of -0 into +0.
// Hadamard: the first four passes in registers, 16 values at a time; then two passes a turn, which halves the
//   loads and stores. 4096 values are 16 KiB and stay in the first-level cache, so no further blocking.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace EdgeSim.Index.Kernels;

/// <content>Rows of float32.</content>
public abstract unsafe partial class Arm64Kernels
{
    private const int FloatWidth = 4;

    /// <summary>
    /// What is summed over a pair of components: their product, or the square of their difference.
    /// </summary>
    private interface IFloatStep
    {
        static abstract Vector128<float> Add(
            Vector128<float> sum, Vector128<float> left, Vector128<float> right);

        static abstract float Add(float sum, float left, float right);
    }

    /// <inheritdoc/>
    protected override void DotCore(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> scores)
        => FloatRows<ProductStep>(query, rows, scores);

    /// <inheritdoc/>
    protected override void DistanceSquaredCore(
        ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> distances)
        => FloatRows<DifferenceStep>(query, rows, distances);

    /// <inheritdoc/>
    protected override void HadamardCore(Span<float> values)
    {
        fixed (float* first = values)
        {
            if (values.Length < FloatLanes)
            {
                SmallHadamard(first, values.Length);
                return;
            }

            for (int i = 0; i < values.Length; i += FloatLanes)
            {
                SixteenHadamard(first + i);
            }

            int half = FloatLanes;
            for (; half <= values.Length / 4; half *= 4)
            {
                TwoPasses(first, values.Length, half);
            }

            if (half < values.Length)
            {
                OnePass(first, half);
            }
        }
    }

    /// <inheritdoc/>
    protected override float MaxMagnitudeCore(ReadOnlySpan<float> row)
    {
        fixed (float* values = row)
        {
            int* bits = (int*)values;
            if (row.Length < FloatWidth)
            {
                int largest = 0;
                for (int i = 0; i < row.Length; i++)
                {
                    largest = Math.Max(largest, bits[i] & int.MaxValue);
                }

                return BitConverter.Int32BitsToSingle(largest);
            }

            Vector128<int> max0 = Vector128<int>.Zero, max1 = max0, max2 = max0, max3 = max0;
            nint at = 0;
            for (; at <= row.Length - FloatLanes; at += FloatLanes)
            {
                max0 = AdvSimd.Max(max0, Magnitudes(bits + at));
                max1 = AdvSimd.Max(max1, Magnitudes(bits + at + 4));
                max2 = AdvSimd.Max(max2, Magnitudes(bits + at + 8));
                max3 = AdvSimd.Max(max3, Magnitudes(bits + at + 12));
            }

            for (; at <= row.Length - FloatWidth; at += FloatWidth)
            {
                max0 = AdvSimd.Max(max0, Magnitudes(bits + at));
            }

            // The last four once more, whether seen or not: a maximum does not mind.
            max1 = AdvSimd.Max(max1, Magnitudes(bits + row.Length - FloatWidth));
            Vector128<int> max = AdvSimd.Max(AdvSimd.Max(max0, max1), AdvSimd.Max(max2, max3));
            return BitConverter.Int32BitsToSingle(AdvSimd.Arm64.MaxAcross(max).ToScalar());
        }
    }

    private static void FloatRows<TStep>(
        ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> results)
        where TStep : IFloatStep
    {
        int length = query.Length;
        float* lanes = stackalloc float[FloatLanes];
        fixed (float* values = query)
        fixed (float* first = rows)
        fixed (float* target = results)
        {
            float* row0 = first;
            for (int i = 0; i < results.Length; i += RowsTogether)
            {
                int left = results.Length - i;
                Following(row0, length, left, out float* row1, out float* row2, out float* row3);
                Store(FourFloatRows<TStep>(values, row0, row1, row2, row3, length, lanes), target + i, left);
                row0 += RowsTogether * length;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector128<float> FourFloatRows<TStep>(
        float* query, float* row0, float* row1, float* row2, float* row3, int length, float* lanes)
        where TStep : IFloatStep
    {
        Lanes sums0 = default, sums1 = default, sums2 = default, sums3 = default;
        int left = length - FloatLanes;
        for (; left >= 0; left -= FloatLanes)
        {
            Vector128<float> values0 = AdvSimd.LoadVector128(query);
            Vector128<float> values4 = AdvSimd.LoadVector128(query + 4);
            Vector128<float> values8 = AdvSimd.LoadVector128(query + 8);
            Vector128<float> values12 = AdvSimd.LoadVector128(query + 12);
            sums0.Add<TStep>(values0, values4, values8, values12, row0);
            sums1.Add<TStep>(values0, values4, values8, values12, row1);
            sums2.Add<TStep>(values0, values4, values8, values12, row2);
            sums3.Add<TStep>(values0, values4, values8, values12, row3);
            query += FloatLanes;
            row0 += FloatLanes;
            row1 += FloatLanes;
            row2 += FloatLanes;
            row3 += FloatLanes;
        }

        left += FloatLanes;
        if (left != 0)
        {
            sums0 = AddRest<TStep>(sums0, query, row0, left, lanes);
            sums1 = AddRest<TStep>(sums1, query, row1, left, lanes);
            sums2 = AddRest<TStep>(sums2, query, row2, left, lanes);
            sums3 = AddRest<TStep>(sums3, query, row3, left, lanes);
        }

        // i + 8, i + 4, i + 2, i + 1: the law's order, for four rows side by side.
        Vector128<double> lanes0 = sums0.Halved().AsDouble();
        Vector128<double> lanes1 = sums1.Halved().AsDouble();
        Vector128<double> lanes2 = sums2.Halved().AsDouble();
        Vector128<double> lanes3 = sums3.Halved().AsDouble();
        return AdvSimd.Arm64.AddPairwise(AddHalves(lanes0, lanes1), AddHalves(lanes2, lanes3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes AddRest<TStep>(Lanes sums, float* query, float* row, int count, float* lanes)
        where TStep : IFloatStep
    {
        sums.Store(lanes);
        for (int i = 0; i < count; i++)
        {
            lanes[i] = TStep.Add(lanes[i], query[i], row[i]);
        }

        return Lanes.Load(lanes);
    }

    /// <summary>The upper half of each of two registers added to its lower half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AddHalves(Vector128<double> first, Vector128<double> second)
        => AdvSimd.Add(
            AdvSimd.Arm64.ZipLow(first, second).AsSingle(), AdvSimd.Arm64.ZipHigh(first, second).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Magnitudes(int* bits)
        => AdvSimd.And(AdvSimd.LoadVector128(bits), Vector128.Create(int.MaxValue));

    /// <summary>All passes over fewer values than 16.</summary>
    private static void SmallHadamard(float* values, int length)
    {
        for (int half = 1; half < length; half *= 2)
        {
            for (int start = 0; start < length; start += 2 * half)
            {
                for (int i = start; i < start + half; i++)
                {
                    float low = values[i];
                    float high = values[i + half];
                    values[i] = low + high;
                    values[i + half] = low - high;
                }
            }
        }
    }

    /// <summary>The passes 1, 2, 4 and 8 over 16 values.</summary>
    private static void SixteenHadamard(float* values)
    {
        (Vector128<float> a, Vector128<float> b) = AdvSimd.Arm64.LoadPairVector128(values);
        (Vector128<float> c, Vector128<float> d) = AdvSimd.Arm64.LoadPairVector128(values + 8);
        Neighbours(ref a, ref b);
        Neighbours(ref c, ref d);
        NeighbourPairs(ref a, ref b);
        NeighbourPairs(ref c, ref d);
        Butterfly(ref a, ref b);
        Butterfly(ref c, ref d);
        Butterfly(ref a, ref c);
        Butterfly(ref b, ref d);
        AdvSimd.Arm64.StorePair(values, a, b);
        AdvSimd.Arm64.StorePair(values + 8, c, d);
    }

    /// <summary>The passes of half and of twice half; both divide by 16.</summary>
    private static void TwoPasses(float* values, int length, int half)
    {
        for (float* start = values; start < values + length; start += 4 * half)
        {
            for (float* at = start; at < start + half; at += FloatWidth)
            {
                Vector128<float> a = AdvSimd.LoadVector128(at);
                Vector128<float> b = AdvSimd.LoadVector128(at + half);
                Vector128<float> c = AdvSimd.LoadVector128(at + (2 * half));
                Vector128<float> d = AdvSimd.LoadVector128(at + (3 * half));
                Butterfly(ref a, ref b);
                Butterfly(ref c, ref d);
                Butterfly(ref a, ref c);
                Butterfly(ref b, ref d);
                a.Store(at);
                b.Store(at + half);
                c.Store(at + (2 * half));
                d.Store(at + (3 * half));
            }
        }
    }

    /// <summary>The last pass, when their number is odd.</summary>
    private static void OnePass(float* values, int half)
    {
        for (float* at = values; at < values + half; at += FloatWidth)
        {
            Vector128<float> a = AdvSimd.LoadVector128(at);
            Vector128<float> b = AdvSimd.LoadVector128(at + half);
            Butterfly(ref a, ref b);
            a.Store(at);
            b.Store(at + half);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Butterfly(ref Vector128<float> a, ref Vector128<float> b)
        => (a, b) = (AdvSimd.Add(a, b), AdvSimd.Subtract(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Neighbours(ref Vector128<float> a, ref Vector128<float> b)
    {
        Vector128<float> even = AdvSimd.Arm64.UnzipEven(a, b);
        Vector128<float> odd = AdvSimd.Arm64.UnzipOdd(a, b);
        Butterfly(ref even, ref odd);
        a = AdvSimd.Arm64.ZipLow(even, odd);
        b = AdvSimd.Arm64.ZipHigh(even, odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NeighbourPairs(ref Vector128<float> a, ref Vector128<float> b)
    {
        Vector128<float> low = AdvSimd.Arm64.ZipLow(a.AsDouble(), b.AsDouble()).AsSingle();
        Vector128<float> high = AdvSimd.Arm64.ZipHigh(a.AsDouble(), b.AsDouble()).AsSingle();
        Butterfly(ref low, ref high);
        a = AdvSimd.Arm64.ZipLow(low.AsDouble(), high.AsDouble()).AsSingle();
        b = AdvSimd.Arm64.ZipHigh(low.AsDouble(), high.AsDouble()).AsSingle();
    }

    private readonly struct ProductStep : IFloatStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Add(
            Vector128<float> sum, Vector128<float> left, Vector128<float> right)
            => AdvSimd.FusedMultiplyAdd(sum, left, right);

        public static float Add(float sum, float left, float right)
            => MathF.FusedMultiplyAdd(left, right, sum);
    }

    private readonly struct DifferenceStep : IFloatStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Add(
            Vector128<float> sum, Vector128<float> left, Vector128<float> right)
        {
            Vector128<float> difference = AdvSimd.Subtract(left, right);
            return AdvSimd.FusedMultiplyAdd(sum, difference, difference);
        }

        public static float Add(float sum, float left, float right)
        {
            float difference = left - right;
            return MathF.FusedMultiplyAdd(difference, difference, sum);
        }
    }

    /// <summary>The 16 lanes of a row.</summary>
    private struct Lanes
    {
        private Vector128<float> _sum0;
        private Vector128<float> _sum4;
        private Vector128<float> _sum8;
        private Vector128<float> _sum12;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes Load(float* lanes) => new()
        {
            _sum0 = AdvSimd.LoadVector128(lanes),
            _sum4 = AdvSimd.LoadVector128(lanes + 4),
            _sum8 = AdvSimd.LoadVector128(lanes + 8),
            _sum12 = AdvSimd.LoadVector128(lanes + 12),
        };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* lanes)
        {
            _sum0.Store(lanes);
            _sum4.Store(lanes + 4);
            _sum8.Store(lanes + 8);
            _sum12.Store(lanes + 12);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<TStep>(
            Vector128<float> values0,
            Vector128<float> values4,
            Vector128<float> values8,
            Vector128<float> values12,
            float* row)
            where TStep : IFloatStep
        {
            Vector128<float> row0 = AdvSimd.LoadVector128(row);
            Vector128<float> row4 = AdvSimd.LoadVector128(row + 4);
            _sum0 = TStep.Add(_sum0, values0, row0);
            _sum4 = TStep.Add(_sum4, values4, row4);
            Vector128<float> row8 = AdvSimd.LoadVector128(row + 8);
            Vector128<float> row12 = AdvSimd.LoadVector128(row + 12);
            _sum8 = TStep.Add(_sum8, values8, row8);
            _sum12 = TStep.Add(_sum12, values12, row12);
        }

        /// <summary>Lanes i + 8 added to i, then i + 4.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector128<float> Halved()
            => AdvSimd.Add(AdvSimd.Add(_sum0, _sum8), AdvSimd.Add(_sum4, _sum12));
    }
}
