using EdgeSim.Encoders.Quantization;

namespace EdgeSim.Encoders.Tests.Quantization;

public sealed class ActivationRangeTests
{
    [Fact]
    public void New_RangeWithoutZero_IncludesZero()
    {
        var above = new ActivationRange(2f, 5f);
        var below = new ActivationRange(-5f, -2f);

        Assert.Equal((0f, 5f), (above.Min, above.Max));
        Assert.Equal((-5f, 0f), (below.Min, below.Max));
        Assert.Equal((byte)255, below.ZeroPoint);
    }

    [Theory]
    [InlineData(-1f, 1f, 2f / 255f, 127)]
    [InlineData(0f, 255f, 1f, 0)]
    [InlineData(-51f, 204f, 1f, 51)]
    [InlineData(0f, 0f, 1f, 0)]
    public void Scale_KnownRange_IsExact(float min, float max, float scale, int zeroPoint)
    {
        var range = new ActivationRange(min, max);

        Assert.Equal(scale, range.Scale);
        Assert.Equal(zeroPoint, range.ZeroPoint);
    }

    [Fact]
    public void Scale_RectifiedRange_NeverReachesBeyondItsMaximum()
    {
        for (int i = 1; i < 4000; i++)
        {
            float max = i * 0.0173f;

            Assert.True(new ActivationRange(0f, max).Scale * 255f <= max, $"max {max:R}");
        }
    }

    [Theory]
    [InlineData(float.NaN, 1f)]
    [InlineData(0f, float.PositiveInfinity)]
    [InlineData(2f, 1f)]
    public void New_NotARange_Throws(float min, float max) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ActivationRange(min, max));
}
