namespace EdgeSim.Encoders.Quantization;

/// <summary>
/// How often a tensor takes which value between its extremes, and from that the range whose codes lose
/// least: a wide one rounds every value coarsely, a narrow one clips the rare large ones.
/// </summary>
internal sealed class RangeHistogram
{
    /// <summary>16 bins a code: finer than what is decided with them.</summary>
    private const int Bins = 4096;

    /// <summary>Candidates a side: the range may shrink to 1/32 of itself.</summary>
    private const int Steps = 32;

    private readonly long[] counts = new long[Bins];
    private readonly float min;
    private readonly double binWidth;

    /// <param name="full">Extremes found in a first pass.</param>
    public RangeHistogram(ActivationRange full)
    {
        Full = full;
        min = full.Min;
        binWidth = ((double)full.Max - full.Min) / Bins;
    }

    public ActivationRange Full { get; }

    /// <summary>Counts values. O(values).</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        if (binWidth <= 0)
        {
            return;
        }

        double perBin = 1 / binWidth;
        foreach (float value in values)
        {
            counts[Math.Clamp((int)((value - min) * perBin), 0, Bins - 1)]++;
        }
    }

    /// <summary>The range, within the full one, with the least squared error over all values. O(Steps² × Bins).</summary>
    public ActivationRange LeastError()
    {
        ActivationRange best = Full;
        double bestError = Error(Full);
        for (int low = 0; low < Steps; low++)
        {
            float from = Full.Min * (Steps - low) / Steps;
            for (int high = 0; high < Steps; high++)
            {
                var range = new ActivationRange(from, Full.Max * (Steps - high) / Steps);
                double error = Error(range);
                if (error < bestError)
                {
                    best = range;
                    bestError = error;
                }
            }

            if (Full.Min == 0f)
            {
                break;
            }
        }

        return best;
    }

    /// <summary>Sum of squared differences when every value is clipped to the range and rounded to its codes.</summary>
    internal double Error(ActivationRange range)
    {
        double scale = range.Scale;
        double rounding = scale * scale / 12;
        double lowest = -range.ZeroPoint * scale;
        double highest = (255 - range.ZeroPoint) * scale;
        double error = 0;
        for (int bin = 0; bin < Bins; bin++)
        {
            if (counts[bin] == 0)
            {
                continue;
            }

            double value = min + ((bin + 0.5) * binWidth);
            double clipped = value < lowest ? lowest - value : value > highest ? value - highest : 0;

            // The first bin of a rectified tensor is mostly exact zeros, which have an exact code.
            double within = min == 0f && bin == 0 ? 0 : rounding;
            error += counts[bin] * (clipped > 0 ? clipped * clipped : within);
        }

        return error;
    }
}
