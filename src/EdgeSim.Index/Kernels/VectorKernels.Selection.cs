using System.Numerics;
using System.Runtime.Intrinsics;

namespace EdgeSim.Index.Kernels;

/// <content>
/// What follows a scan of compressed codes: which rows can still be among the best. All classes but the law
/// share one body in registers of 128 bits; it is a few instructions for four rows beside the scan's hundred.
/// </content>
public abstract partial class VectorKernels
{
    /// <summary>
    /// The rows whose estimate reaches a number: fma(factor, sum, -offset) >= least, in float. O(rows).
    /// </summary>
    /// <param name="sums">[rows] of <see cref="ScanNibbles"/>.</param>
    /// <param name="offsets">[rows], or empty: all 0.</param>
    /// <param name="factor">What a unit of a sum is worth.</param>
    /// <param name="least">The number.</param>
    /// <param name="places">[rows or more], receives their positions, ascending.</param>
    /// <returns>How many there are.</returns>
    public int AtLeast(
        ReadOnlySpan<ushort> sums,
        ReadOnlySpan<float> offsets,
        float factor,
        float least,
        Span<int> places)
    {
        if ((!offsets.IsEmpty && offsets.Length != sums.Length) || places.Length < sums.Length)
        {
            throw new ArgumentException(
                $"{offsets.Length} offsets or {places.Length} places do not fit {sums.Length} rows.",
                nameof(offsets));
        }

        return AtLeastCore(sums, offsets, factor, least, places);
    }

    /// <summary>
    /// The rows of one-bit codes whose optimistic score can reach a number, see <see cref="BitBound"/>; in
    /// float, so the bound has to allow for rounding. O(rows).
    /// </summary>
    /// <param name="sums">[rows] of <see cref="BitPlaneDot"/>.</param>
    /// <param name="norms">[rows].</param>
    /// <param name="reaches">[rows].</param>
    /// <param name="ones">[rows].</param>
    /// <param name="centreDots">[rows], or empty: all 0.</param>
    /// <param name="bound">What must be reached.</param>
    /// <param name="places">[rows or more], receives their positions, ascending.</param>
    /// <returns>How many there are.</returns>
    public int WithinBound(
        ReadOnlySpan<int> sums,
        ReadOnlySpan<float> norms,
        ReadOnlySpan<float> reaches,
        ReadOnlySpan<float> ones,
        ReadOnlySpan<float> centreDots,
        in BitBound bound,
        Span<int> places)
    {
        int rows = sums.Length;
        if (norms.Length != rows || reaches.Length != rows || ones.Length != rows
            || (!centreDots.IsEmpty && centreDots.Length != rows) || places.Length < rows)
        {
            throw new ArgumentException($"The numbers are not those of {rows} rows.", nameof(norms));
        }

        return WithinBoundCore(sums, norms, reaches, ones, centreDots, bound, places);
    }

    /// <summary>
    /// Rounds values to 4 bits and lays these out as the planes that <see cref="BitPlaneDot"/> reads: the
    /// code of a value is ((value - low) x inverse) + dither without its fraction, held within 0 and 15.
    /// O(length).
    /// </summary>
    /// <param name="values">[length], finite; a multiple of 32 values.</param>
    /// <param name="low">About the smallest value.</param>
    /// <param name="inverse">15 / range of the values.</param>
    /// <param name="dither">[length], 0 to 1: what is added before the fraction is dropped.</param>
    /// <param name="planes">[4 x length / 8], written in full.</param>
    public void BitPlanes(
        ReadOnlySpan<float> values,
        float low,
        float inverse,
        ReadOnlySpan<float> dither,
        Span<byte> planes)
    {
        CheckLength(values.Length);
        if (values.Length % 32 != 0
            || dither.Length != values.Length
            || planes.Length != PlaneCount * values.Length / 8)
        {
            throw new ArgumentException(
                $"{dither.Length} numbers or {planes.Length} bytes do not fit {values.Length} values.",
                nameof(values));
        }

        BitPlanesCore(values, low, inverse, dither, planes);
    }

    /// <summary>Differences of two vectors. O(length).</summary>
    /// <param name="left">[length].</param>
    /// <param name="right">[length].</param>
    /// <param name="differences">[length], written in full.</param>
    public void Subtract(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> differences)
    {
        CheckPair(left.Length, right.Length);
        CheckPair(left.Length, differences.Length);
        SubtractCore(left, right, differences);
    }

    /// <summary>The smallest and the largest of finite values. O(length).</summary>
    /// <param name="values">[length].</param>
    public (float Low, float High) Range(ReadOnlySpan<float> values)
    {
        CheckLength(values.Length);
        return RangeCore(values);
    }

    /// <inheritdoc cref="Subtract"/>
    protected virtual void SubtractCore(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> differences)
    {
        int i = 0;
        for (; i + 4 <= left.Length; i += 4)
        {
            (Vector128.Create(left[i..]) - Vector128.Create(right[i..])).CopyTo(differences[i..]);
        }

        for (; i < left.Length; i++)
        {
            differences[i] = left[i] - right[i];
        }
    }

    /// <inheritdoc cref="Range"/>
    protected virtual (float Low, float High) RangeCore(ReadOnlySpan<float> values)
    {
        Vector128<float> lows = Vector128.Create(values[0]);
        Vector128<float> highs = lows;
        int i = 0;
        for (; i + 4 <= values.Length; i += 4)
        {
            Vector128<float> four = Vector128.Create(values[i..]);
            lows = Vector128.MinNative(lows, four);
            highs = Vector128.MaxNative(highs, four);
        }

        float low = values[0];
        float high = values[0];
        for (int lane = 0; lane < 4; lane++)
        {
            low = Math.Min(low, lows.GetElement(lane));
            high = Math.Max(high, highs.GetElement(lane));
        }

        for (; i < values.Length; i++)
        {
            low = Math.Min(low, values[i]);
            high = Math.Max(high, values[i]);
        }

        return (low, high);
    }

    /// <inheritdoc cref="AtLeast"/>
    protected virtual int AtLeastCore(
        ReadOnlySpan<ushort> sums,
        ReadOnlySpan<float> offsets,
        float factor,
        float least,
        Span<int> places)
    {
        Vector128<float> factors = Vector128.Create(factor);
        Vector128<float> leasts = Vector128.Create(least);
        int count = 0;
        int row = 0;
        for (; row + 8 <= sums.Length; row += 8)
        {
            (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(Vector128.Create(sums[row..]));
            Vector128<float> shift = offsets.IsEmpty ? default : Vector128.Create(offsets[row..]);
            Vector128<float> shiftHigh = offsets.IsEmpty ? default : Vector128.Create(offsets[(row + 4)..]);
            Vector128<float> first = Vector128.FusedMultiplyAdd(
                factors, Vector128.ConvertToSingle(low.AsInt32()), -shift);
            Vector128<float> second = Vector128.FusedMultiplyAdd(
                factors, Vector128.ConvertToSingle(high.AsInt32()), -shiftHigh);
            uint bits = Vector128.GreaterThanOrEqual(first, leasts).ExtractMostSignificantBits()
                | (Vector128.GreaterThanOrEqual(second, leasts).ExtractMostSignificantBits() << 4);
            for (; bits != 0; bits &= bits - 1)
            {
                places[count++] = row + BitOperations.TrailingZeroCount(bits);
            }
        }

        for (; row < sums.Length; row++)
        {
            float offset = offsets.IsEmpty ? 0f : offsets[row];
            if (MathF.FusedMultiplyAdd(factor, sums[row], -offset) >= least)
            {
                places[count++] = row;
            }
        }

        return count;
    }

    /// <inheritdoc cref="WithinBound"/>
    protected virtual int WithinBoundCore(
        ReadOnlySpan<int> sums,
        ReadOnlySpan<float> norms,
        ReadOnlySpan<float> reaches,
        ReadOnlySpan<float> ones,
        ReadOnlySpan<float> centreDots,
        in BitBound bound,
        Span<int> places)
    {
        Vector128<float> perSum = Vector128.Create(bound.PerSum);
        Vector128<float> perOne = Vector128.Create(bound.PerOne);
        Vector128<float> constant = Vector128.Create(-bound.Constant);
        Vector128<float> needed = Vector128.Create(bound.Needed - bound.Slack);
        Vector128<float> perSquare = Vector128.Create(bound.PerSquare);
        Vector128<float> perNorm = Vector128.Create(-bound.SlackPerNorm);
        Vector128<float> deviation = Vector128.Create(bound.Deviation);
        Vector128<float> share = Vector128.Create(bound.NormShare);
        int count = 0;
        int row = 0;
        for (; row + 4 <= sums.Length; row += 4)
        {
            Vector128<float> norm = Vector128.Create(norms[row..]);
            Vector128<float> reach = Vector128.Create(reaches[row..]);
            Vector128<float> square = norm * norm;
            Vector128<float> product = reach * Vector128.FusedMultiplyAdd(
                perSum,
                Vector128.ConvertToSingle(Vector128.Create(sums[row..])),
                Vector128.FusedMultiplyAdd(perOne, Vector128.Create(ones[row..]), constant));
            Vector128<float> missing = Vector128.FusedMultiplyAdd(
                perSquare, square, Vector128.FusedMultiplyAdd(perNorm, norm, needed));
            if (!centreDots.IsEmpty)
            {
                missing -= Vector128.Create(centreDots[row..]);
            }

            missing -= product;
            Vector128<float> less = reach - (share * norm);
            less = Vector128.ConditionalSelect(
                Vector128.GreaterThan(less, Vector128<float>.Zero), less, Vector128<float>.Zero);
            Vector128<float> reachable =
                Vector128.Sqrt(less) * Vector128.Sqrt(reach + (share * norm)) * deviation;
            uint bits = Vector128.GreaterThan(missing, reachable).ExtractMostSignificantBits() ^ 15u;
            for (; bits != 0; bits &= bits - 1)
            {
                places[count++] = row + BitOperations.TrailingZeroCount(bits);
            }
        }

        for (; row < sums.Length; row++)
        {
            float centreDot = centreDots.IsEmpty ? 0f : centreDots[row];
            if (!bound.IsBeyond(sums[row], norms[row], reaches[row], ones[row], centreDot))
            {
                places[count++] = row;
            }
        }

        return count;
    }

    /// <inheritdoc cref="BitPlanes"/>
    protected virtual void BitPlanesCore(
        ReadOnlySpan<float> values,
        float low,
        float inverse,
        ReadOnlySpan<float> dither,
        Span<byte> planes)
    {
        int bytes = values.Length / 8;
        for (int first = 0; first < values.Length; first += 16)
        {
            Vector128<int> code0 = PlaneCodes(values[first..], low, inverse, dither[first..]);
            Vector128<int> code4 = PlaneCodes(values[(first + 4)..], low, inverse, dither[(first + 4)..]);
            Vector128<int> code8 = PlaneCodes(values[(first + 8)..], low, inverse, dither[(first + 8)..]);
            Vector128<int> code12 = PlaneCodes(values[(first + 12)..], low, inverse, dither[(first + 12)..]);
            Vector128<byte> codes = Vector128.Narrow(
                Vector128.Narrow(code0, code4).AsUInt16(), Vector128.Narrow(code8, code12).AsUInt16());
            for (int plane = 0; plane < PlaneCount; plane++)
            {
                // The plane's bit becomes the highest of its byte.
                uint bits = (codes << (7 - plane)).ExtractMostSignificantBits();
                int at = (plane * bytes) + (first / 8);
                planes[at] = (byte)bits;
                planes[at + 1] = (byte)(bits >> 8);
            }
        }
    }

    private static Vector128<int> PlaneCodes(
        ReadOnlySpan<float> values, float low, float inverse, ReadOnlySpan<float> dither)
    {
        Vector128<float> scaled = ((Vector128.Create(values) - Vector128.Create(low))
            * Vector128.Create(inverse)) + Vector128.Create(dither);
        return Vector128.ConvertToInt32(
            Vector128.MinNative(
                Vector128.MaxNative(scaled, Vector128<float>.Zero),
                Vector128.Create((float)((1 << PlaneCount) - 1))));
    }
}
