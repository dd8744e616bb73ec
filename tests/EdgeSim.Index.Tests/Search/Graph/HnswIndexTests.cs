using System.Text;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Graph;

/// <summary>What an answer through a graph is, whatever it misses.</summary>
public sealed class HnswIndexTests
{
    public static TheoryData<Metric, int> Cases()
    {
        var cases = new TheoryData<Metric, int>();
        foreach (Metric metric in Enum.GetValues<Metric>())
        {
            foreach (int dimension in Emulation.Choose<int[]>([1, 2, 15, 17, 100, 384], [1, 17, 100]))
            {
                cases.Add(metric, dimension);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Search_AnyEffort_AnswersAreSortedAliveAndScoredExactly(Metric metric, int dimension)
    {
        int count = Emulation.Choose(900, 200);
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(metric, dimension), Graphs.Quiet);
        Rows.Add(collection, 0, count, seed: 1);
        collection.Seal();
        Rows.Add(collection, (ulong)count / 3, count / 3, seed: 2); // Dead rows in the first segment,
        collection.Seal();
        Rows.Add(collection, 5, 40, seed: 3); // in both, and rows in memory.
        collection.Delete(50);
        var random = new SplitMix64(4);
        var scratch = new SearchScratch();
        using CollectionReader reader = collection.Read();
        foreach (int k in (int[])[0, 1, 10, count + 50])
        {
            foreach (int effort in (int[])[1, 16, 200, 10_000])
            {
                float[] query = random.Vector(dimension);
                var exact = new Match[count + 50];
                var found = new Match[k];
                int all = reader.Search(query, scratch, exact).MatchCount;
                SearchStatistics statistics = reader.Search(query, Graphs.Effort(effort), scratch, found);
                Span<Match> matches = found.AsSpan(0, statistics.MatchCount);
                Graphs.AssertIsAnswer(reader, query, matches, Math.Min(k, all));
                Dictionary<Key, float> scores = exact.Take(all).ToDictionary(m => m.Key, m => m.Score);
                foreach (Match match in matches)
                {
                    Assert.Equal(scores[match.Key], match.Score);
                }

                Assert.True(statistics.RowsRescored >= statistics.MatchCount);
                if (effort >= count && k > 0)
                {
                    Assert.Equal(exact[..matches.Length], matches.ToArray());
                    Assert.True(statistics.Complete);
                }
            }
        }
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void Search_IdenticalRows_ReturnsEachOnce(Metric metric)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(metric, 20), Graphs.Quiet);
        float[] row = Rows.Vector(1, 1, 20);
        float[] rows = [.. Enumerable.Repeat(row, 500).SelectMany(values => values)];
        Graphs.Add(collection, 0, rows);
        collection.Seal();
        var matches = new Match[50];
        using CollectionReader reader = collection.Read();
        int count = reader.Search(row, Graphs.Effort(60), new SearchScratch(), matches).MatchCount;
        Graphs.AssertIsAnswer(reader, row, matches.AsSpan(0, count), 50);
    }

    [Theory]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void Search_ZeroRowsAmongOthers_AnswersLikeAScan(Metric metric)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(metric, 8), Graphs.Quiet);
        float[] rows = new float[300 * 8];
        Clusters.Unit(100, 8, 5, 0.2, 9).CopyTo(rows, 800);
        Graphs.Add(collection, 0, rows);
        collection.Seal();
        Assert.True(Graphs.Recall(collection, Clusters.Unit(20, 8, 5, 0.2, 9, 1), 100) >= 0.9);
        Assert.True(Graphs.Recall(collection, new float[8], 100) >= 0);
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void Search_MostRowsIdentical_OthersAreFound(Metric metric)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(metric, 16), Graphs.Quiet);
        int count = Emulation.Choose(4000, 400);
        float[] rows = Clusters.Unit(count, 16, 10, 0.3, 9);
        for (int row = 0; row < count; row++)
        {
            if (row % 4 != 0)
            {
                rows.AsSpan(0, 16).CopyTo(rows.AsSpan(row * 16, 16));
            }
        }

        Graphs.Add(collection, 0, rows);
        collection.Seal();
        Assert.InRange(Graphs.Recall(collection, Clusters.Unit(50, 16, 10, 0.3, 9, 1), 64), 0.95, 1);
    }

    [Theory]
    [InlineData(Metric.Dot, 1e-30f)] // All scores are 0: anything goes, but nothing may break.
    [InlineData(Metric.Dot, 1e-18f)]
    [InlineData(Metric.Euclid, 1e-30f)]
    [InlineData(Metric.Dot, 1e16f)]
    [InlineData(Metric.Euclid, 1e16f)]
    [InlineData(Metric.Cosine, 1e30f)]
    public void Search_ExtremeLengths_FindsTheNearest(Metric metric, float factor)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(metric, 24), Graphs.Quiet);
        Graphs.Add(collection, 0, Times(Clusters.Unit(600, 24, 10, 0.5, 3), factor));
        collection.Seal();
        float[] queries = Times(Clusters.Unit(30, 24, 10, 0.5, 3, 1), factor);
        Assert.InRange(Graphs.Recall(collection, queries, 64), 0.95, 1);
    }

    [Fact]
    public void Search_OneRow_FindsIt()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Cosine, 3), Graphs.Quiet);
        Rows.Add(collection, 7, 1, seed: 1);
        collection.Seal();
        Assert.Equal(1, Graphs.Recall(collection, [1f, 2f, 3f], 10));
    }

    [Fact]
    public void Search_ClusterOfDeadRows_FindsTheLivingBehind()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Cosine, 16), Graphs.Quiet);
        int count = Emulation.Choose(2000, 300);
        float[] rows = Clusters.Unit(count, 16, 4, 0.3, 11);
        Graphs.Add(collection, 0, rows);
        collection.Seal();
        float[] query = rows[..16];
        WriteBatch batch = collection.NewBatch();
        for (int i = 0; i < count; i++)
        {
            if (Clusters.Dot(rows.AsSpan(i * 16, 16), query) > 0.7)
            {
                batch.Delete((ulong)i);
            }
        }

        collection.Write(batch);
        Assert.InRange(Graphs.Recall(collection, query, 16), 0.9, 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Search_Filter_ReturnsItsRowsOnly_AndAllWhenFew(bool isIndexed)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Euclid, 16), Graphs.Quiet);
        int count = Emulation.Choose(3000, 400);
        float[] rows = Clusters.Unit(count, 16, 20, 0.5, 12);
        if (isIndexed)
        {
            collection.CreatePayloadIndex(new PayloadIndexField("n", PayloadIndexKind.Integer));
        }

        for (int i = 0; i < count; i++)
        {
            WriteBatch batch = collection.NewBatch();
            byte[] payload = PayloadJson.FromJson(Encoding.UTF8.GetBytes($"{{\"n\":{i % 1000}}}"));
            batch.Upsert((ulong)i, rows.AsSpan(i * 16, 16), payload);
            collection.Write(batch);
        }

        collection.Seal();
        float[] queries = Clusters.Unit(20, 16, 20, 0.5, 12, 1);
        var scratch = new SearchScratch();
        var exact = new Match[10];
        var found = new Match[10];
        using CollectionReader reader = collection.Read();
        foreach (int below in (int[])[1000, 500, 100, 10, 1])
        {
            var filter = new Filter { Must = [new NumberRange("n") { Lt = below }] };
            SearchOptions options = Graphs.Effort(40) with { Filter = filter };
            int hits = 0;
            int all = 0;
            for (int i = 0; i < 20; i++)
            {
                float[] query = queries[(i * 16)..((i + 1) * 16)];
                int wanted = reader.Search(
                    query, options with { Effort = null, Exact = true }, scratch, exact).MatchCount;
                SearchStatistics statistics = reader.Search(query, options, scratch, found);
                Graphs.AssertIsAnswer(reader, query, found.AsSpan(0, statistics.MatchCount), wanted);
                Assert.NotEqual(FilterPlan.None, statistics.FilterPlan);
                hits += exact.Take(wanted).Intersect(found.Take(wanted)).Count();
                all += wanted;
            }

            Assert.InRange((double)hits / all, 0.95, 1);
        }
    }

    [Fact]
    public void Search_SecondTime_AllocatesNothing()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Cosine, 16), Graphs.Quiet);
        Graphs.Add(collection, 0, Clusters.Unit(1000, 16, 20, 0.5, 12));
        collection.Seal();
        float[] query = Clusters.Unit(1, 16, 20, 0.5, 12, 1);
        var scratch = new SearchScratch();
        var matches = new Match[10];
        SearchOptions options = Graphs.Effort(50);
        using CollectionReader reader = collection.Read();
        reader.Search(query, options, scratch, matches);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 300; i++)
        {
            reader.Search(query, options, scratch, matches);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Search_Statistics_CountWhatWasDone()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Cosine, 16), Graphs.Quiet);
        int count = Emulation.Choose(4000, 500);
        Graphs.Add(collection, 0, Clusters.Unit(count, 16, 40, 0.5, 12));
        collection.Seal();
        using CollectionReader reader = collection.Read();
        var matches = new Match[10];
        SearchStatistics statistics = reader.Search(
            Clusters.Unit(1, 16, 40, 0.5, 12, 1), Graphs.Effort(20), new SearchScratch(), matches);
        Assert.False(statistics.Complete);
        Assert.InRange(statistics.RowsExpanded, 20, 100);
        Assert.InRange(statistics.RowsScanned, statistics.RowsExpanded, count);
        Assert.Throws<ArgumentException>(() =>
        {
            using CollectionReader other = collection.Read();
            other.Search(
                new float[16], Graphs.Effort(IndexLimits.EffortMax + 1), new SearchScratch(), new Match[1]);
        });
    }

    private static float[] Times(float[] values, float factor)
        => Array.ConvertAll(values, value => value * factor);
}
