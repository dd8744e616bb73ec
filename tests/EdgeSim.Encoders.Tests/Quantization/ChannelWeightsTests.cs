using EdgeSim.Encoders.Quantization;

namespace EdgeSim.Encoders.Tests.Quantization;

public sealed class ChannelWeightsTests
{
    [Fact]
    public void Quantize_FirstAxis_ScalesEachRow()
    {
        var weights = ChannelWeights.Quantize([1.27f, -0.5f, 127f, 64f], ChannelLayout.First(2, 4), [], 1f);

        Assert.Equal([0.01f, 1f], weights.Scales);
        Assert.Equal(new sbyte[] { 127, -50, 127, 64 }, weights.Codes);
    }

    [Fact]
    public void Quantize_LastAxis_ScalesEachColumn()
    {
        var weights = ChannelWeights.Quantize([1.27f, -127f, -0.5f, 64f], ChannelLayout.Last(2, 4), [], 1f);

        Assert.Equal([0.01f, 1f], weights.Scales);
        Assert.Equal(new sbyte[] { 127, -127, -50, 64 }, weights.Codes);
    }

    [Fact]
    public void Quantize_AllZero_HasScaleOne()
    {
        var weights = ChannelWeights.Quantize([0f, 0f], ChannelLayout.First(1, 2), [0f], 0.1f);

        Assert.Equal([1f], weights.Scales);
        Assert.Equal(new sbyte[] { 0, 0 }, weights.Codes);
    }

    [Fact]
    public void Quantize_DeadChannel_KeepsBiasWithinInt32()
    {
        float[] bias = [3f];
        var weights = ChannelWeights.Quantize([1e-12f, -1e-12f], ChannelLayout.First(1, 2), bias, 0.02f);

        int code = ChannelWeights.QuantizeBias(bias, weights.BiasScales(0.02f))[0];

        Assert.Equal((float)(3.0 / (0.02f * (double)(1 << 30))), weights.Scales[0]);
        Assert.InRange(code, (1 << 30) - 512, (1 << 30) + 512);
        Assert.Equal(3.0, code * (double)weights.BiasScales(0.02f)[0], 1e-5);
    }

    [Fact]
    public void QuantizeBias_ScaleBelowTheDeadChannelRule_Throws()
    {
        // What a plain scale of largest / 127 would be for the channel above.
        float plain = 1e-12f / 127;

        var e = Assert.Throws<ModelException>(() => ChannelWeights.QuantizeBias([3f], [plain * 0.02f]));

        Assert.Contains("int32", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Quantize_KeepingSums_LeavesLessThanHalfACodeOfSum()
    {
        var random = new Seeded(7);
        var kernel = new float[9];
        double plainWorst = 0;
        for (int trial = 0; trial < 500; trial++)
        {
            for (int i = 0; i < kernel.Length; i++)
            {
                kernel[i] = (float)(random.NextUnit() - 0.5);
            }

            var kept = ChannelWeights.Quantize(kernel, ChannelLayout.First(1, 9), [], 1f, sumWeight: 32);
            var plain = ChannelWeights.Quantize(kernel, ChannelLayout.First(1, 9), [], 1f);

            Assert.True(Math.Abs(SumError(kernel, kept)) <= 0.5 + 1e-9, $"seed 7, trial {trial}");
            plainWorst = Math.Max(plainWorst, Math.Abs(SumError(kernel, plain)));
        }

        Assert.True(plainWorst > 1, "plain rounding would do as well, and the test shows nothing");
    }

    [Fact]
    public void Quantize_KeepingSums_MovesNoWeightByMoreThanOneCode()
    {
        var random = new Seeded(8);
        for (int trial = 0; trial < 200; trial++)
        {
            float[] kernel = [.. Enumerable.Range(0, 9).Select(_ => (float)random.NextUnit())];

            var kept = ChannelWeights.Quantize(kernel, ChannelLayout.First(1, 9), [], 1f, sumWeight: 32);

            for (int i = 0; i < kernel.Length; i++)
            {
                Assert.True(
                    Math.Abs(kept.Codes[i] - (kernel[i] / (double)kept.Scales[0])) <= 1,
                    $"seed 8, trial {trial}");
            }
        }
    }

    /// <summary>Sum of rounding errors in codes.</summary>
    private static double SumError(float[] kernel, ChannelWeights weights) =>
        kernel.Select((w, i) => weights.Codes[i] - (w / (double)weights.Scales[0])).Sum();

    /// <summary>SplitMix64: 64 bits of state, seeded.</summary>
    private sealed class Seeded(ulong state)
    {
        public double NextUnit()
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return ((z ^ (z >> 31)) >> 11) / (double)(1UL << 53);
        }
    }
}
