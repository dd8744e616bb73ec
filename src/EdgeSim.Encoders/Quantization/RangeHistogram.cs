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

    /// <summary>
    /// The range, within the full one, with the least error to a power over all values. The power says how
    /// much a rare large error counts against many small ones. O(Steps² × Bins).
    /// </summary>
    /// <param name="power">2 or 3.</param>
    public ActivationRange LeastError(int power)
    {
        ActivationRange best = Full;
        double bestError = Error(Full, power);
        int lowSteps = Full.Min < 0 ? Steps : 1;
        int highSteps = Full.Max > 0 ? Steps : 1;
        for (int low = 0; low < lowSteps; low++)
        {
            for (int high = 0; high < highSteps; high++)
            {
                var range = new ActivationRange(
                    Full.Min * (Steps - low) / Steps, Full.Max * (Steps - high) / Steps);
                double error = Error(range, power);
                if (error < bestError)
                {
                    best = range;
                    bestError = error;
                }
            }
        }

        return best;
    }

    /// <summary>
    /// Sum of |difference|^power when every value is clipped to the range and rounded to its codes.
    /// </summary>
    internal double Error(ActivationRange range, int power)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(power, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(power, 3);
        double scale = range.Scale;
        double lowest = -range.ZeroPoint * scale;
        double highest = (255 - range.ZeroPoint) * scale;

        // Mean of |e|^power for e uniform in -scale/2..scale/2.
        double rounding = power == 2 ? scale * scale / 12 : scale * scale * scale / 32;
        double error = 0;
        for (int bin = 0; bin < Bins; bin++)
        {
            if (counts[bin] == 0)
            {
                continue;
            }

            double value = min + ((bin + 0.5) * binWidth);
            double beyond = Math.Max(Math.Max(lowest - value, value - highest), 0);

            // The first bin of a rectified tensor is mostly exact zeros, which have an exact code.
            double within = min == 0f && bin == 0 ? 0 : rounding;
            double clipped = power == 2 ? beyond * beyond : beyond * beyond * beyond;
            error += counts[bin] * (beyond > 0 ? clipped : within);
        }

        return error;
    }
}
