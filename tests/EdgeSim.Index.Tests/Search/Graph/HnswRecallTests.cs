using EdgeSim.Index.Kernels;
using EdgeSim.Index.Search;
using EdgeSim.Index.Search.Graph;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Graph;

/// <summary>How much of the exact answer is found, and that it stays so.</summary>
public sealed class HnswRecallTests(ITestOutputHelper output)
{
    private const int Dimension = 48;
    private const int Effort = 64;

    private static int Count => LongRun.Choose(6000, 40_000, 600);

    [Theory]
    [InlineData(Metric.Cosine, 1)]
    [InlineData(Metric.Euclid, 1)]
    [InlineData(Metric.Dot, 1)]
    [InlineData(Metric.Cosine, 3)]
    public void Search_ClusteredRows_FindsNineteenOfTwenty(Metric metric, int threads)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"),
            Rows.Options(metric, Dimension),
            Graphs.Quiet with { Graph = Graphs.Options with { Threads = threads } });
        float[] rows = Clusters.Unit(Count, Dimension, 60, 0.6, 20);
        var random = new SplitMix64(3);
        for (int i = 0; i < Count && metric == Metric.Dot; i++)
        {
            float length = (float)(0.25 + random.Fraction());
            foreach (ref float value in rows.AsSpan(i * Dimension, Dimension))
            {
                value *= length;
            }
        }

        Graphs.Add(collection, 0, rows);
        collection.Seal();
        Assert.InRange(Graphs.Recall(collection, Queries(), Effort), 0.95, 1);
    }

    /// <summary>
    /// Half of the rows deleted and as many others added, ten times, merged into one segment each time, with
    /// a graph that goes back to the first one: rows that are easy to find, and rows that are nearly
    /// without order, where a worse graph shows.
    /// </summary>
    [Theory]
    [InlineData(0.6, Effort)]
    [InlineData(0.6, 12)]
    [InlineData(2.0, Effort)]
    [InlineData(2.0, 24)]
    public void Compact_HalfDeletedAndOthersAdded_TenTimes_LosesAtMostOnePoint(double noise, int effort)
    {
        int count = Emulation.Choose(6000, 600);
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Cosine, Dimension), Graphs.Quiet);
        Graphs.Add(collection, 0, Clusters.Unit(count, Dimension, 60, noise, 20));
        collection.Seal();
        float[] queries = Clusters.Unit(Emulation.Choose(400, 200), Dimension, 60, noise, 20, 1);
        double first = Graphs.Recall(collection, queries, effort);
        output.WriteLine($"{first:0.0000}");
        var random = new SplitMix64(21);
        for (int cycle = 1; cycle <= LongRun.Choose(10, 10, 2); cycle++)
        {
            var keys = collection.Keys();
            foreach (Key[] some in keys.Where(_ => random.Below(2) == 0).Chunk(5000))
            {
                WriteBatch batch = collection.NewBatch();
                Array.ForEach(some, batch.Delete);
                collection.Write(batch);
            }

            double half = Graphs.Recall(collection, queries, effort);
            Assert.InRange(half, first - 0.01, 1);
            int missing = count - (int)collection.Count;
            float[] added = Clusters.Unit(missing, Dimension, 60, noise, 20, (ulong)cycle + 1);
            for (int part = 0; part < 3; part++)
            {
                // With what is left of the old one these are four of a size: they become one.
                int from = missing * part / 3;
                int to = missing * (part + 1) / 3;
                ulong key = ((ulong)cycle * 1_000_000) + (ulong)from;
                Graphs.Add(collection, key, added[(from * Dimension)..(to * Dimension)]);
                collection.Seal();
            }

            collection.Compact();
            Assert.Single(collection.Segments);
            double again = Graphs.Recall(collection, queries, effort);
            output.WriteLine($"{half:0.0000} {again:0.0000}");
            Assert.InRange(again, first - 0.01, 1);
        }
    }

    /// <summary>The merge itself, without what else a collection does.</summary>
    [Fact]
    public void Build_CarriedGraph_KeepsLevels_AndLeadsToRowsThatAreThere()
    {
        int count = Count;
        float[] all = Clusters.Unit(count, Dimension, 60, 0.6, 20);
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Euclid, Dimension), Graphs.Quiet);
        Graphs.Add(collection, 0, all);
        collection.Seal();
        using CollectionReader reader = collection.Read();
        HnswGraph old = reader.Snapshot.Views[0].Segment.Column(0).Graph!;

        // Every fourth row goes; a quarter as many come in front of the others.
        int added = count / 4;
        float[] more = Clusters.Unit(added, Dimension, 60, 0.6, 20, 7);
        int[] newOfOld = new int[count];
        int next = added;
        for (int i = 0; i < count; i++)
        {
            newOfOld[i] = i % 4 == 0 ? -1 : next++;
        }

        float[] kept = [.. all.Chunk(Dimension).Where((_, i) => i % 4 != 0).SelectMany(row => row)];
        (HnswRows rows, sbyte[] codes) = Graphs.Quantize([.. more, .. kept], Dimension, Metric.Euclid);
        var carried = new HnswCarried(old, newOfOld, rows.Count);
        HnswBuilder graph = HnswBuilder.Build(rows, Graphs.Options, VectorKernels.Best, carried);
        for (int i = 0; i < count; i++)
        {
            Assert.True(newOfOld[i] < 0 || graph.LevelOfRow(newOfOld[i]) == carried.LevelOf(i));
        }

        int[] links = new int[Graphs.Options.BaseLinks];
        for (int row = 0; row < rows.Count; row++)
        {
            int found = graph.ReadLinks(row, 0, links);
            Assert.InRange(found, 1, links.Length);
            Assert.All(links[..found], link => Assert.InRange(link, 0, rows.Count - 1));
        }

        GC.KeepAlive(codes);
    }

    [Fact]
    public void Merge_FourSegments_HasOneGraphThatFindsAll()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Cosine, Dimension), Graphs.Quiet);
        float[] rows = Clusters.Unit(Count, Dimension, 60, 0.6, 20);
        for (int part = 0; part < 4; part++)
        {
            int size = rows.Length / 4 / Dimension * Dimension;
            ulong first = (ulong)(part * (size / Dimension));
            Graphs.Add(collection, first, rows[(part * size)..((part + 1) * size)]);
            collection.Seal();
        }

        collection.Compact();
        Assert.Single(collection.Segments);
        Assert.InRange(Graphs.Recall(collection, Queries(), Effort), 0.95, 1);
        collection.Verify();
        using CollectionReader reader = collection.Read();
        Assert.NotNull(reader.Snapshot.Views[0].Segment.Column(0).Graph);
    }

    [Fact]
    public void Seal_FewRows_MakesNoGraph()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"),
            Rows.Options(Metric.Cosine, 4),
            Graphs.Quiet with { Graph = Graphs.Options with { RowsMin = 101 } });
        Rows.Add(collection, 0, 100, seed: 1);
        collection.Seal();
        using CollectionReader reader = collection.Read();
        Assert.Null(reader.Snapshot.Views[0].Segment.Column(0).Graph);
    }

    [Fact]
    public void Search_WhileOthersBuild_AnswersAreWhole()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"),
            Rows.Options(Metric.Cosine, 16),
            new CollectionSettings
            {
                Durability = Durability.None,
                SealBytes = IndexLimits.SealBytesMin,
                Graph = Graphs.Options with { Threads = 2, RowsMin = 100 },
            });
        using var stop = new CancellationTokenSource();
        Thread[] readers = new Thread[2];
        Exception? failure = null;
        for (int i = 0; i < readers.Length; i++)
        {
            ulong seed = (ulong)i;
            readers[i] = new Thread(() =>
            {
                try
                {
                    ReadUntil(collection, seed, stop.Token);
                }
                catch (Exception thrown)
                {
                    failure = thrown;
                }
            });
            readers[i].Start();
        }

        var random = new SplitMix64(9);
        for (int batch = 0; batch < LongRun.Choose(60, 3000, 8); batch++)
        {
            Rows.Add(collection, (ulong)random.Below(8000), 200, seed: (ulong)batch);
        }

        collection.Compact();
        stop.Cancel();
        Array.ForEach(readers, reader => reader.Join());
        Assert.Null(failure);
        Assert.Null(collection.BackgroundFailure);
        Assert.InRange(Graphs.Recall(collection, Clusters.Unit(20, 16, 5, 0.5, 1), 200), 0.9, 1);
    }

    private static void ReadUntil(Collection collection, ulong seed, CancellationToken stop)
    {
        var random = new SplitMix64(seed);
        var scratch = new SearchScratch();
        var matches = new Match[10];
        while (!stop.IsCancellationRequested)
        {
            float[] query = random.Vector(16);
            using CollectionReader reader = collection.Read();
            int count = reader.Search(query, Graphs.Effort(32), scratch, matches).MatchCount;
            Graphs.AssertIsAnswer(
                reader, query, matches.AsSpan(0, count), (int)Math.Min(10, reader.Count));
        }
    }

    private static float[] Queries() => Clusters.Unit(Emulation.Choose(150, 20), Dimension, 60, 0.6, 20, 1);
}
