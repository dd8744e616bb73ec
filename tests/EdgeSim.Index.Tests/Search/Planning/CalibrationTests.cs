using EdgeSim.Index.Search.Planning;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Planning;

/// <summary>Recall as a parameter: what was measured at sealing is what queries get.</summary>
public sealed class CalibrationTests(ITestOutputHelper output)
{
    private const int Dimension = 24;

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Euclid)]
    public void Search_RecallAskedFor_IsRecallGot(Metric metric)
    {
        using var directory = new TemporaryDirectory();
        int count = Emulation.Choose(12_000, 3000);
        using Collection collection = Make(directory, metric, count);
        float[] queries = Clusters.Unit(Emulation.Choose(400, 100), Dimension, 300, 4.0, 3, 1);
        foreach (float recall in (float[])[0.8f, 0.9f, 0.95f])
        {
            (double got, SearchStatistics last) = Ask(
                collection, queries, new SearchOptions { Recall = recall });
            output.WriteLine($"{metric}: asked {recall}, got {got:F4}, {last}");
            Assert.InRange(got, recall - 0.025, 1);
            Assert.Equal(last.Strategy == SearchStrategy.Flat, last.Complete);
        }

        (double exact, SearchStatistics flat) = Ask(collection, queries, new SearchOptions { Exact = true });
        Assert.Equal(1, exact);
        Assert.Equal((SearchStrategy.Flat, true), (flat.Strategy, flat.Complete));
    }

    [Fact]
    public void Search_NoRecallNamed_TakesTheCollections()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Make(
            directory, Metric.Cosine, 4000, new IndexOptions { Recall = 1f });
        float[] query = Clusters.Unit(1, Dimension, 300, 4.0, 3, 1);
        (_, SearchStatistics done) = Ask(collection, query, SearchOptions.Default);
        Assert.Equal(SearchStrategy.Flat, done.Strategy);
    }

    [Fact]
    public void Curves_AfterSealing_AreInTheFile_AndRiseWithEffort()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Make(directory, Metric.Cosine, Emulation.Choose(8000, 2500));
        using CollectionReader reader = collection.Read();
        EffortCurves curves = reader.Snapshot.Views[0].Segment.Column(0).Curves!;
        Assert.InRange(curves.QueryCount, 100, Calibration.QueriesMax);
        foreach (int k in EffortCurves.Ks.ToArray())
        {
            CurvePoint[] points = curves.Points.ToArray().Where(point => point.K == k).ToArray();
            Assert.NotEmpty(points);
            for (int i = 1; i < points.Length; i++)
            {
                Assert.True(points[i].Breadth > points[i - 1].Breadth);
                Assert.True(points[i].Recall > points[i - 1].Recall - 0.02);
                Assert.True(points[i].Expanded > points[i - 1].Expanded);
            }
        }

        var costs = new ColumnCosts(SearchCosts.Default, Dimension, 0, 0, 0, 0);
        double least = curves.Points.ToArray().Where(point => point.K == 100).Min(point => point.Recall);
        EffortChoice hundred = curves.Find(least, 100, costs)!.Value;
        EffortChoice thousand = curves.Find(least, 1000, costs)!.Value;
        Assert.Equal(10 * hundred.Effort.Breadth, thousand.Effort.Breadth);
        Assert.Null(curves.Find(1.1, 10, costs));
    }

    private static Collection Make(
        TemporaryDirectory directory, Metric metric, int count, IndexOptions? index = null)
    {
        CollectionOptions options = Rows.Options(metric, Dimension);
        Collection collection = Collection.Create(
            directory.Sub("c"),
            options with { Vectors = [options.Default with { Index = index ?? IndexOptions.Default }] },
            Graphs.Quiet with { SealBytes = IndexLimits.SealBytesMax });
        Graphs.Add(collection, 0, Clusters.Unit(count, Dimension, 300, 4.0, 3));
        collection.Seal();
        return collection;
    }

    private static (double Recall, SearchStatistics Last) Ask(
        Collection collection, float[] queries, SearchOptions options)
    {
        var scratch = new SearchScratch();
        var exact = new Match[10];
        var found = new Match[10];
        int hits = 0;
        int all = 0;
        SearchStatistics last = default;
        using CollectionReader reader = collection.Read();
        for (int i = 0; i < queries.Length / Dimension; i++)
        {
            ReadOnlySpan<float> query = queries.AsSpan(i * Dimension, Dimension);
            int wanted = reader.Search(query, scratch, exact).MatchCount;
            last = reader.Search(query, options, scratch, found);
            Graphs.AssertIsAnswer(reader, query, found.AsSpan(0, last.MatchCount), wanted);
            hits += exact.Take(wanted).Intersect(found.Take(wanted)).Count();
            all += wanted;
        }

        return ((double)hits / all, last);
    }
}
