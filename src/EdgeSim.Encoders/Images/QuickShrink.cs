using System.Numerics;
using System.Runtime.CompilerServices;

namespace EdgeSim.Encoders.Images;

/// <summary>
/// The quick way from rows to levels, for shrinking by plain ratios, such as those of camera frames: weights
/// are so small that floats hold every sum exactly. Rows are added up first, a register at a time, and then
/// the sums across, a pixel at a time. The levels are those of the general way, to the bit. Not thread-safe.
/// </summary>
internal sealed unsafe class QuickShrink
{
    private const int Channels = 3;

    /// <summary>A pixel's register holds one value more than a pixel has: it is read and written, but not
    /// used.</summary>
    private const int Spare = 1;

    /// <summary>
    /// Largest total for which floats divide exactly: sums + 1/2 have at most 23 bits, the quotient is off by
    /// at most 255 x 2^-23 = 3.1e-5, and it is at least 1/2 / 8192 = 6.1e-5 away from any whole number.
    /// </summary>
    private const ulong TotalMax = 8192;

    /// <summary>Source pixels that every target pixel takes at least. Scaled decoding leaves less than two
    /// pixels for one of the target, which lie in three at most.</summary>
    private const int TapsMin = 3;

    private readonly float scale;
    private readonly float offset;
    private int width;
    private int count;
    private int taps;
    private float half;
    private float inverse;
    private int[] starts = [];
    private float[] weights = [];
    private float[] sums = [];

    /// <summary>For values of level × <paramref name="scale"/> + <paramref name="offset"/>.</summary>
    public QuickShrink(float scale, float offset)
    {
        this.scale = scale;
        this.offset = offset;
    }

    /// <summary>True where this class can do it. Rows must not be enlarged: each is taken once.</summary>
    public static bool Fits(ResizeAxis across, ResizeAxis down, ResizeSpan spanDown) =>
        spanDown.AllowsPixelsOf(1) && (ulong)across.Total * down.Total <= TotalMax;

    /// <summary>Starts a picture with rows of <paramref name="width"/> pixels. O(target width).</summary>
    public void Begin(ResizeAxis across, ResizeAxis down, int width)
    {
        this.width = width;
        count = across.Count;
        uint total = across.Total * down.Total;
        half = (total / 2) + 0.5f;
        inverse = 1f / total;
        ReadOnlySpan<int> offsets = across.Offsets;
        taps = TapsMin;
        for (int i = 0; i < count; i++)
        {
            taps = Math.Max(taps, offsets[i + 1] - offsets[i]);
        }

        int sumsLength = ((width + taps) * Channels) + Spare;
        if (sums.Length < sumsLength)
        {
            sums = new float[sumsLength];
        }

        if (weights.Length < count * taps)
        {
            weights = new float[count * taps];
        }

        if (starts.Length < count)
        {
            starts = new int[count];
        }

        // Every target pixel takes as many: those that are not its own weigh nothing.
        weights.AsSpan(0, count * taps).Clear();
        for (int i = 0; i < count; i++)
        {
            starts[i] = across.Starts[i] * Channels;
            ReadOnlySpan<uint> own = across.Weights[offsets[i]..offsets[i + 1]];
            for (int tap = 0; tap < own.Length; tap++)
            {
                weights[(i * taps) + tap] = own[tap];
            }
        }
    }

    /// <summary>Adds a source row to the target row under way.</summary>
    /// <param name="rgb">[width × 3] bytes.</param>
    /// <param name="weight">Its share.</param>
    /// <param name="first">It is the first one of the target row.</param>
    public void AddRow(ReadOnlySpan<byte> rgb, uint weight, bool first)
    {
        int length = width * Channels;
        ArgumentOutOfRangeException.ThrowIfLessThan(rgb.Length, length);
        fixed (byte* row = rgb)
        fixed (float* to = sums)
        {
            if (first)
            {
                Start(row, length, weight, to);
            }
            else
            {
                Add(row, length, weight, to);
            }
        }
    }

    /// <summary>Sums the target row across and writes [target width × 3] values.</summary>
    public void Write(Span<float> target)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, count * Channels);
        var rounding = new Vector4(half);
        var shift = new Vector4(offset);
        float factor = scale;
        float division = inverse;
        int tapsHere = taps;
        int lastPixel = (count - 1) * Channels;
        fixed (float* source = sums)
        fixed (float* firstWeight = weights)
        fixed (int* firstStart = starts)
        fixed (float* to = target)
        {
            float* weight = firstWeight;
            int* start = firstStart;
            for (int pixel = 0; ; pixel += Channels, start++, weight += tapsHere)
            {
                float* from = source + *start;
                Vector4 sum = AddTap(rounding, from, weight[0]);
                sum = AddTap(sum, from + Channels, weight[1]);
                sum = AddTap(sum, from + (2 * Channels), weight[2]);
                for (int tap = TapsMin; tap < tapsHere; tap++)
                {
                    sum = AddTap(sum, from + (tap * Channels), weight[tap]);
                }

                Vector4 value = (Vector4.Truncate(sum * division) * factor) + shift;
                if (pixel == lastPixel)
                {
                    value.AsVector3().CopyTo(target[pixel..]);
                    return;
                }

                // The spare value falls on the next pixel, which then overwrites it.
                *(Vector4*)(to + pixel) = value;
            }
        }
    }

    /// <summary>Of whole numbers below 2^24, whether the processor rounds once or twice: exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector4 AddTap(Vector4 sum, float* from, float weight) =>
        Vector4.MultiplyAddEstimate(*(Vector4*)from, new Vector4(weight), sum);

    private static void Start(byte* row, int length, float weight, float* sums)
    {
        int i = 0;
        for (; i <= length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(*(Vector<byte>*)(row + i), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
            Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
            var to = (Vector<float>*)(sums + i);
            to[0] = ToFloats(first) * weight;
            to[1] = ToFloats(second) * weight;
            to[2] = ToFloats(third) * weight;
            to[3] = ToFloats(fourth) * weight;
        }

        for (; i < length; i++)
        {
            sums[i] = row[i] * weight;
        }
    }

    private static void Add(byte* row, int length, float weight, float* sums)
    {
        int i = 0;
        for (; i <= length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(*(Vector<byte>*)(row + i), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
            Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
            var to = (Vector<float>*)(sums + i);
            to[0] += ToFloats(first) * weight;
            to[1] += ToFloats(second) * weight;
            to[2] += ToFloats(third) * weight;
            to[3] += ToFloats(fourth) * weight;
        }

        for (; i < length; i++)
        {
            sums[i] += row[i] * weight;
        }
    }

    /// <summary>Of small numbers: signed ones are converted by one instruction everywhere.</summary>
    private static Vector<float> ToFloats(Vector<uint> numbers) =>
        Vector.ConvertToSingle(Vector.AsVectorInt32(numbers));
}
