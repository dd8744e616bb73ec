using System.Security.Cryptography;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Search;
using EdgeSim.Index.Search.Graph;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Graph;

/// <summary>Graphs as they are built.</summary>
public sealed class HnswBuilderTests
{
    [Theory]
    [InlineData(Metric.Cosine, "8F535783B0FF0847")]
    [InlineData(Metric.Dot, "460CDDBCD78553E3")]
    [InlineData(Metric.Euclid, "E2CFFAC22EB3DA2F")]
    public void Build_OneThread_IsTheSameEverywhere(Metric metric, string hash)
    {
        float[] rows = Whole(600, 20, seed: 5);
        byte[] bytes = Graphs.Bytes(rows, 20, metric, Graphs.Options);
        Assert.Equal(bytes, Graphs.Bytes(rows, 20, metric, Graphs.Options));
        Assert.Equal(hash, Convert.ToHexString(SHA256.HashData(bytes))[..16]);
    }

    [Fact]
    public void Build_AnotherSeed_IsAnotherGraph()
    {
        float[] rows = Whole(600, 20, seed: 5);
        Assert.NotEqual(
            Graphs.Bytes(rows, 20, Metric.Dot, Graphs.Options),
            Graphs.Bytes(rows, 20, Metric.Dot, Graphs.Options with { Seed = 2 }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Build_AnyThreads_EveryListIsValid_AndEveryRowIsReached(int threads)
    {
        int count = Emulation.Choose(5000, 400);
        float[] values = Clusters.Unit(count, 24, 50, 0.4, 6);
        (HnswRows rows, sbyte[] codes) = Graphs.Quantize(values, 24, Metric.Cosine);
        HnswOptions options = Graphs.Options with { Links = 8, Effort = 40, Threads = threads };
        HnswBuilder graph = HnswBuilder.Build(rows, options, VectorKernels.Best);
        int[] links = new int[options.BaseLinks];
        for (int row = 0; row < count; row++)
        {
            for (int layer = 0; layer <= graph.LevelOfRow(row); layer++)
            {
                int links0 = graph.ReadLinks(row, layer, links);
                Span<int> own = links.AsSpan(0, links0);
                Assert.InRange(links0, graph.LevelOfRow(graph.Entry) < layer ? 0 : 1, options.BaseLinks);
                Assert.DoesNotContain(row, own.ToArray());
                Assert.Equal(links0, own.ToArray().Distinct().Count());
                foreach (int link in own)
                {
                    Assert.True(graph.LevelOfRow(link) >= layer);
                }
            }
        }

        Assert.Equal(count, Reached(graph));
        GC.KeepAlive(codes);
    }

    /// <summary>
    /// A thousand empty pages among others: they lead out, and to each other, whoever was there first.
    /// </summary>
    [Theory]
    [InlineData(Metric.Cosine, 1)]
    [InlineData(Metric.Dot, 1)]
    [InlineData(Metric.Euclid, 1)]
    [InlineData(Metric.Euclid, 4)]
    public void Build_MostRowsIdentical_EveryRowIsReached_FromEveryOne(Metric metric, int threads)
    {
        int same = Emulation.Choose(2000, 200);
        int count = same + (same / 4);
        float[] values = Clusters.Unit(count, 8, 5, 0.2, 9);
        for (int row = 0; row < count; row++)
        {
            if (row % 5 != 0)
            {
                values.AsSpan(0, 8).CopyTo(values.AsSpan(row * 8, 8));
            }
        }

        (HnswRows rows, sbyte[] codes) = Graphs.Quantize(values, 8, metric);
        HnswOptions options = Graphs.Options with { Links = 8, Effort = 32, Threads = threads };
        HnswBuilder graph = HnswBuilder.Build(rows, options, VectorKernels.Best);
        Assert.Equal(count, Reached(graph));
        int[] links = new int[options.BaseLinks];
        int lost = 0;
        for (int row = 0; row < count; row++)
        {
            int found = graph.ReadLinks(row, 0, links);
            Assert.Equal(found, links[..found].Distinct().Count());
            lost += links[..found].All(link => rows.AreIdentical(link, row)) ? 1 : 0;
        }

        Assert.InRange(lost, 0, count / 50);
        GC.KeepAlive(codes);
    }

    [Fact]
    public void Build_Cancelled_Ends()
    {
        (HnswRows rows, sbyte[] codes) = Graphs.Quantize(Whole(300, 8, 1), 8, Metric.Dot);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(
            () => HnswBuilder.Build(rows, Graphs.Options, VectorKernels.Best, null, null, stop.Token));
        GC.KeepAlive(codes);
    }

    [Fact]
    public void Build_SortedRows_AreFoundLikeMixedOnes()
    {
        int count = Emulation.Choose(6000, 500);
        float[] mixed = Clusters.Unit(count, 16, 30, 0.2, 8);
        float[] sorted = [.. mixed.Chunk(16).OrderBy(row => row[0]).SelectMany(row => row)];
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Cosine, 16), Graphs.Quiet);
        Graphs.Add(collection, 0, sorted);
        collection.Seal();
        Assert.InRange(Graphs.Recall(collection, Clusters.Unit(100, 16, 30, 0.2, 8, 1), 64), 0.95, 1);
    }

    [Theory]
    [InlineData(1, 96)]
    [InlineData(65, 96)]
    [InlineData(16, 8)]
    public void Options_OutOfRange_AreRefused(int links, int effort)
        => Assert.Throws<ArgumentException>(
            () => (Graphs.Options with { Links = links, Effort = effort }).Validate());

    /// <summary>Rows to which links lead from the entry.</summary>
    private static int Reached(HnswBuilder graph)
    {
        var reached = new HashSet<int> { graph.Entry };
        var waiting = new Stack<int>(reached);
        int[] links = new int[graph.Options.BaseLinks];
        while (waiting.TryPop(out int row))
        {
            foreach (int link in links[..graph.ReadLinks(row, 0, links)].Where(reached.Add))
            {
                waiting.Push(link);
            }
        }

        return reached.Count;
    }

    /// <summary>Whole numbers: their codes and scales come out alike everywhere.</summary>
    private static float[] Whole(int count, int dimension, ulong seed)
    {
        var random = new SplitMix64(seed);
        float[] values = new float[count * dimension];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.Below(255) - 127;
        }

        return values;
    }
}
