using EdgeSim.Commands.Ann;

namespace EdgeSim.Tests.Commands.Ann;

public sealed class PercentilesTests
{
    [Theory]
    [InlineData(50, 3)]
    [InlineData(20, 1)]
    [InlineData(21, 2)]
    [InlineData(99, 5)]
    [InlineData(100, 5)]
    [InlineData(0.001, 1)]
    public void Of_FiveValues_IsTheNearestRank(double percent, double expected) =>
        Assert.Equal(expected, Percentiles.Of([1, 2, 3, 4, 5], percent));

    [Fact]
    public void Of_HundredValues_IsNeverInBetween()
    {
        double[] values = [.. Enumerable.Range(1, 100).Select(i => (double)i)];
        Assert.Equal(50, Percentiles.Of(values, 50));
        Assert.Equal(99, Percentiles.Of(values, 99));
    }

    [Fact]
    public void Of_OneValue_IsThatValue() => Assert.Equal(7, Percentiles.Of([7], 50));

    [Fact]
    public void Of_NoValueOrBadPercent_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Percentiles.Of([], 50));
        Assert.Throws<ArgumentOutOfRangeException>(() => Percentiles.Of([1], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Percentiles.Of([1], 101));
    }
}
