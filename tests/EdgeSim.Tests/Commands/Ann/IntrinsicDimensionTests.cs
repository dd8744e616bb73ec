using EdgeSim.Commands.Ann;
using EdgeSim.Index;

namespace EdgeSim.Tests.Commands.Ann;

public sealed class IntrinsicDimensionTests
{
    /// <summary>In d dimensions the i-th of k neighbours lies at (i / k)^(1 / d) of the last one.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(18)]
    public void Of_EvenlyFilledBall_IsItsDimension(double dimension)
    {
        Neighbour[] straight = Ball(dimension, 1), squared = Ball(dimension, 2);
        Assert.Equal(dimension, IntrinsicDimension.Of(straight, Metric.Euclid), dimension * 0.05);
        Assert.Equal(dimension, IntrinsicDimension.Of(squared, Metric.Cosine), dimension * 0.05);
        Assert.Equal(dimension, IntrinsicDimension.Median([straight], Metric.Euclid), dimension * 0.05);
    }

    [Fact]
    public void Median_OfIdenticalRows_IsNotANumber()
    {
        Neighbour[] same = [new(0, 0), new(1, 0)];
        Assert.Equal(double.NaN, IntrinsicDimension.Median([same], Metric.Euclid));
        Assert.Equal(double.NaN, IntrinsicDimension.Median([[new(0, 1)]], Metric.Euclid));
    }

    private static Neighbour[] Ball(double dimension, double power) =>
    [
        .. Enumerable.Range(1, 500).Select(i => new Neighbour(i, Math.Pow(i / 500.0, power / dimension))),
    ];
}
