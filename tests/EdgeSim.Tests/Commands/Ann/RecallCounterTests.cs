using EdgeSim.Commands.Ann;
using EdgeSim.Index;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Tests.Commands.Ann;

public sealed class RecallCounterTests : IDisposable
{
    private readonly AnnFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(1.0, 0, 1, 2)]
    [InlineData(1.0, 2, 1, 0)]
    [InlineData(2.0 / 3, 0, 1, 4)]
    [InlineData(1.0 / 3, 0)]
    [InlineData(0.0, 4, 5)]
    [InlineData(0.0)]
    public void Recall_OfLine_CountsTheNearest(double expected, params int[] answer)
    {
        using VectorFile rows = _files.Vectors("base.fbin", 1, 1, 2, 3, 4, 5, 6);
        var counter = new RecallCounter(Metric.Euclid, rows, _files.Truth(6, 0, 1, 2));
        counter.Add(0, [0f], answer);
        Assert.Equal(expected, counter.Recall, 6);
    }

    [Fact]
    public void Recall_RowAsNearAsTheLast_CountsThoughTruthListsAnother()
    {
        // 2 and -2 are as near to 0; truth lists the one, the answer has the other.
        using VectorFile rows = _files.Vectors("base.fbin", 1, 1, 2, -2, 3);
        TruthFile truth = _files.Truth(4, 0, 1);
        var counter = new RecallCounter(Metric.Euclid, rows, truth);
        counter.Add(0, [0f], [0, 2]);
        Assert.Equal(1, counter.Recall);
        counter.Add(0, [0f], [0, 3]);
        Assert.Equal(0.75, counter.Recall);
    }

    [Fact]
    public void Recall_MoreTiesThanK_IsNeverAboveOne()
    {
        using VectorFile rows = _files.Vectors("base.fbin", 1, 1, 1, 1, 1);
        var counter = new RecallCounter(Metric.Euclid, rows, _files.Truth(4, 0, 1));
        counter.Add(0, [0f], [3, 2, 1]);
        Assert.Equal(1, counter.Recall);
    }

    [Fact]
    public void Recall_SameRowTwice_CountsOnce()
    {
        using VectorFile rows = _files.Vectors("base.fbin", 1, 1, 2, 3, 4);
        var counter = new RecallCounter(Metric.Euclid, rows, _files.Truth(4, 0, 1));
        counter.Add(0, [0f], [0, 0]);
        Assert.Equal(0.5, counter.Recall);
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    public void Recall_OtherMetrics_HaveTiesToo(Metric metric)
    {
        // Rows 1 and 2 mirror each other around the query.
        using VectorFile rows = _files.Vectors("base.fbin", 2, 1, 0, 1, 1, 1, -1, -1, 0);
        var counter = new RecallCounter(metric, rows, _files.Truth(4, 0, 1));
        counter.Add(0, [2f, 0f], [0, 2]);
        Assert.Equal(1, counter.Recall);
        counter.Add(0, [2f, 0f], [0, 3]);
        Assert.Equal(0.75, counter.Recall);
    }
}
