using System.Diagnostics;

namespace EdgeSim.Encoders.Images;

/// <summary>
/// The weights of one axis: for every target pixel the run of source pixels that it is made of. Shrinking
/// gives the exact overlap (area average), enlarging the two neighbours of the centre (bilinear). Whole
/// numbers that sum to <see cref="Total"/>, so that results do not depend on the processor. The arrays are
/// reused and only grow.
/// </summary>
internal sealed class ResizeAxis
{
    private int[] starts = [];
    private int[] offsets = [];
    private uint[] weights = [];

    /// <summary>Target pixels.</summary>
    public int Count { get; private set; }

    /// <summary>The sum of the weights of every target pixel; below 2^18.</summary>
    public uint Total { get; private set; }

    /// <summary>First source pixel of each target pixel, not decreasing.</summary>
    public ReadOnlySpan<int> Starts => starts.AsSpan(0, Count);

    /// <summary>[Count + 1] positions in <see cref="Weights"/>.</summary>
    public ReadOnlySpan<int> Offsets => offsets.AsSpan(0, Count + 1);

    public ReadOnlySpan<uint> Weights => weights;

    /// <summary>Works out the weights. O(source pixels + target pixels).</summary>
    /// <param name="span">The axis in pixels of the file.</param>
    /// <param name="sourceCount">Pixels that were decoded.</param>
    /// <param name="pixelSize">
    /// Pixels of the file in one decoded pixel: 1, or 2, 4, 8 after scaled decoding. The last one may lie
    /// partly outside the picture and then weighs only what is inside.
    /// </param>
    public void Set(ResizeSpan span, int sourceCount, int pixelSize)
    {
        Count = span.Count;
        if (offsets.Length <= Count)
        {
            starts = new int[Count + 1];
            offsets = new int[Count + 1];
        }

        // Neighbouring target pixels share at most one source pixel, or two when enlarging.
        int weightsMax = sourceCount + (2 * Count);
        if (weights.Length < weightsMax)
        {
            weights = new uint[weightsMax];
        }

        if (span.AllowsPixelsOf(pixelSize))
        {
            SetAreas(span, sourceCount, span.Unit * pixelSize);
        }
        else
        {
            Debug.Assert(pixelSize == 1, "Scaled decoding never makes an axis smaller than its target.");
            SetNeighbours(span, sourceCount);
        }
    }

    private void SetAreas(ResizeSpan span, int sourceCount, long pixel)
    {
        // Without the common divisor the weights of a picture 640 pixels wide add up to 10 instead of 640,
        // and the sums that follow stay small. To 2 at least: the reciprocal of 1 has 65 bits.
        long divisor = Divisor(Divisor(span.Step, pixel), span.First);
        long factor = span.Step == divisor ? 2 : 1;
        long step = span.Step / divisor * factor;
        long origin = span.First / divisor * factor;
        pixel = pixel / divisor * factor;
        Total = checked((uint)step);
        int used = 0;
        for (int i = 0; i < Count; i++)
        {
            long begin = origin + (i * step);
            long end = begin + step;
            int first = (int)(begin / pixel);
            starts[i] = first;
            offsets[i] = used;
            for (long j = first; j * pixel < end; j++)
            {
                Debug.Assert(j < sourceCount, "The axis ends inside the picture.");
                weights[used++] = (uint)(Math.Min(end, (j + 1) * pixel) - Math.Max(begin, j * pixel));
            }
        }

        offsets[Count] = used;
    }

    /// <summary>Euclid's greatest common divisor.</summary>
    private static long Divisor(long x, long y)
    {
        while (y != 0)
        {
            (x, y) = (y, x % y);
        }

        return x;
    }

    private void SetNeighbours(ResizeSpan span, int sourceCount)
    {
        // Everything doubled: centres lie at halves.
        long pixel = 2 * span.Unit;
        Total = checked((uint)pixel);
        int used = 0;
        for (int i = 0; i < Count; i++)
        {
            long centre = (2 * span.First) + (((2L * i) + 1) * span.Step) - span.Unit;
            long fraction = centre < 0 ? 0 : centre % pixel;
            int left = centre < 0 ? 0 : (int)(centre / pixel);
            starts[i] = left;
            offsets[i] = used;
            if (fraction == 0 || left >= sourceCount - 1)
            {
                starts[i] = Math.Min(left, sourceCount - 1);
                weights[used++] = Total;
                continue;
            }

            weights[used++] = (uint)(pixel - fraction);
            weights[used++] = (uint)fraction;
        }

        offsets[Count] = used;
    }
}
