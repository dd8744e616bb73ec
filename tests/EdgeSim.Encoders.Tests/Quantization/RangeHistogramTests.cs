using EdgeSim.Encoders.Quantization;

namespace EdgeSim.Encoders.Tests.Quantization;

public sealed class RangeHistogramTests
{
    [Fact]
    public void LeastError_OneOutlierAmongMany_ClipsIt()
    {
        ActivationRange range = Fill(outlier: 10f).LeastError(power: 2);

        Assert.InRange(range.Max, 1f, 5f);
    }

    [Fact]
    public void LeastError_HigherPower_ClipsLess()
    {
        RangeHistogram histogram = Fill(outlier: 10f);

        Assert.True(histogram.LeastError(power: 3).Max > histogram.LeastError(power: 2).Max);
    }

    [Fact]
    public void LeastError_EvenValues_KeepsTheFullRange()
    {
        var histogram = new RangeHistogram(new ActivationRange(-1f, 3f));
        histogram.Add([.. Enumerable.Range(0, 4001).Select(i => -1f + (i / 1000f))]);

        ActivationRange range = histogram.LeastError(power: 2);

        Assert.Equal((-1f, 3f), (range.Min, range.Max));
    }

    [Fact]
    public void LeastError_AlwaysZero_HasScaleOne()
    {
        var histogram = new RangeHistogram(default);
        histogram.Add([0f, 0f]);

        Assert.Equal(1f, histogram.LeastError(power: 2).Scale);
    }

    /// <summary>Ten million values evenly from 0 to 1, and one far out.</summary>
    private static RangeHistogram Fill(float outlier)
    {
        var histogram = new RangeHistogram(new ActivationRange(0f, outlier));
        float[] even = [.. Enumerable.Range(1, 100_000).Select(i => i / 100_000f)];
        for (int i = 0; i < 100; i++)
        {
            histogram.Add(even);
        }

        histogram.Add([outlier]);
        return histogram;
    }
}
