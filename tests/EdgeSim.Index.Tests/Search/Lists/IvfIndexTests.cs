using EdgeSim.Index.Payloads;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Lists;

/// <summary>Searches through lists: the contract of every strategy, and that effort pays.</summary>
public sealed class IvfIndexTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Metric.Cosine, 32)]
    [InlineData(Metric.Euclid, 20)]
    [InlineData(Metric.Dot, 48)]
    public void Search_MoreLists_FindMore_AndAllOfThemFindAll(object metric, int dimension)
    {
        int rows = Emulation.Choose(8000, 1500);
        float[] values = Clusters.Unit(rows, dimension, 60, 0.7, 1);
        float[] queries = Clusters.Unit(40, dimension, 60, 0.7, 1, stream: 9);
        using Collection collection = ListSegments.Create(
            _directory.Sub("c"), (Metric)metric, dimension, values);
        double before = 0;
        foreach (int lists in new[] { 1, 8, 40 })
        {
            double recall = ListSegments.Recall(collection, queries, lists);
            Assert.InRange(recall, before - 0.01, 1);
            before = recall;
        }

        Assert.InRange(before, 0.9, 1);
        Assert.Equal(1, ListSegments.Recall(collection, queries, IndexLimits.EffortMax));
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Euclid)]
    [InlineData(Metric.Dot)]
    public void Search_ClustersFarApart_StopsEarly_AndKnowsThatItIsExact(object metric)
    {
        const int Dimension = 24;
        float[] values = Clusters.Unit(3000, Dimension, 12, 0.05, 2);
        using Collection collection = ListSegments.Create(
            _directory.Sub("c"), (Metric)metric, Dimension, values);
        using CollectionReader reader = collection.Read();
        var exact = new Match[10];
        var found = new Match[10];
        int complete = 0;
        for (int i = 0; i < 50; i++)
        {
            ReadOnlySpan<float> query = values.AsSpan(i * 40 * Dimension, Dimension);
            reader.Search(query, new SearchScratch(), exact);
            SearchStatistics all = reader.Search(
                query, ListSegments.Probes(IndexLimits.EffortMax), new SearchScratch(), found);
            Assert.Equal(exact, found);
            Assert.True(all.Complete);
            Assert.InRange(all.RowsScanned, 10, 1500);
            SearchStatistics some = reader.Search(query, ListSegments.Probes(40), new SearchScratch(), found);
            if (some.Complete)
            {
                complete++;
                Assert.Equal(exact, found);
            }
        }

        Assert.InRange(complete, 20, 50);
    }

    [Fact]
    public void Search_RowsThatDied_AreNeverFound_AndOthersTakeTheirPlace()
    {
        const int Dimension = 12;
        float[] values = Clusters.Unit(2000, Dimension, 10, 0.5, 3);
        using Collection collection = ListSegments.Create(
            _directory.Sub("c"), Metric.Euclid, Dimension, values);
        WriteBatch batch = collection.NewBatch();
        for (ulong key = 0; key < 2000; key++)
        {
            if (key % 10 != 0)
            {
                batch.Delete(key);
            }
        }

        collection.Write(batch);
        using CollectionReader reader = collection.Read();
        var found = new Match[50];
        for (int i = 0; i < 20; i++)
        {
            SearchStatistics statistics = reader.Search(
                values.AsSpan(i * Dimension, Dimension), ListSegments.Probes(1), new SearchScratch(), found);
            Assert.Equal(50, statistics.MatchCount);
            Assert.All(found, match => Assert.Equal(0UL, match.Key.Low % 10));
            Assert.Equal(50, found.Select(match => match.Key).Distinct().Count());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Search_WithAFilter_FindsOnlyWhatItMeans(bool isIndexed)
    {
        const int Dimension = 12;
        float[] values = Clusters.Unit(3000, Dimension, 10, 0.5, 4);
        using Collection collection = Collection.Create(
            _directory.Sub("c"), Rows.Options(Metric.Cosine, Dimension), ListSegments.Quiet);
        if (isIndexed)
        {
            collection.CreatePayloadIndex(new PayloadIndexField("text", PayloadIndexKind.Keyword));
        }

        WriteBatch batch = collection.NewBatch();
        for (int i = 0; i < 3000; i++)
        {
            batch.Upsert(
                (ulong)i, values.AsSpan(i * Dimension, Dimension), Rows.Text(i % 7 == 0 ? "yes" : "no"));
        }

        collection.Write(batch);
        collection.Seal();
        using CollectionReader reader = collection.Read();
        var filter = new Filter { Must = [new MatchValue("text", "yes")] };
        var exact = new Match[10];
        var found = new Match[10];
        int hits = 0;
        for (int i = 0; i < 30; i++)
        {
            ReadOnlySpan<float> query = values.AsSpan(i * 50 * Dimension, Dimension);
            reader.Search(
                query, new SearchOptions { Filter = filter, Exact = true }, new SearchScratch(), exact);
            SearchStatistics statistics = reader.Search(
                query, ListSegments.Probes(20) with { Filter = filter }, new SearchScratch(), found);
            Assert.Equal(10, statistics.MatchCount);
            Assert.All(found, match => Assert.Equal(0UL, match.Key.Low % 7));
            hits += found.Count(match => exact.Any(other => other.Key == match.Key));
        }

        Assert.InRange(hits, 270, 300);
    }

    [Fact]
    public void Search_AsOftenAsOneLikes_AllocatesNothing()
    {
        const int Dimension = 12;
        float[] values = Clusters.Unit(2500, Dimension, 10, 0.5, 5);
        using Collection collection = ListSegments.Create(
            _directory.Sub("c"), Metric.Cosine, Dimension, values);
        using CollectionReader reader = collection.Read();
        var scratch = new SearchScratch();
        var found = new Match[10];
        SearchOptions options = ListSegments.Probes(6);
        reader.Search(values.AsSpan(0, Dimension), options, scratch, found);
        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int j = 0; j < 20; j++)
            {
                reader.Search(values.AsSpan(j * Dimension, Dimension), options, scratch, found);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
