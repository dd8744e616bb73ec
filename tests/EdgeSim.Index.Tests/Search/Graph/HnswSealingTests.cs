using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Tests.Search.Graph;

/// <summary>Which segments get a graph, however their rows came.</summary>
public sealed class HnswSealingTests
{
    private const int Dimension = 8;
    private const int RowsMin = 8192;

    [Theory]
    [InlineData(IndexKind.Hnsw, RowsMin, true)]
    [InlineData(IndexKind.Hnsw, RowsMin - 1, false)]
    [InlineData(IndexKind.Flat, RowsMin, false)]
    public void Seal_GraphWhereTheVectorSaysSo_AndRowsAreMany(IndexKind kind, int rows, bool isThere)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(directory.Sub("c"), Options(kind), Rows.Quiet);
        Graphs.Add(collection, 0, Clusters.Unit(rows, Dimension, 20, 0.5, 1));
        collection.Compact();
        Assert.Equal(isThere, HasGraph(collection));
    }

    [Fact]
    public void Load_GraphWhereTheVectorSaysSo_ProgressTold()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Options(IndexKind.Hnsw), Rows.Quiet);
        var told = new List<long>();
        using BulkLoad load = collection.StartBulkLoad(new BulkLoadOptions
        {
            RowsExpected = RowsMin,
            Linking = (done, of) =>
            {
                Assert.Equal(RowsMin, of);
                told.Add(done);
            },
        });
        Append(load);
        load.Commit();
        Assert.NotEmpty(told);
        Assert.Equal(told.Order(), told);
        Assert.InRange(told[^1], 1, RowsMin);
        Assert.True(HasGraph(collection));
        float[] queries = Clusters.Unit(20, Dimension, 20, 0.5, 1, 1);
        Assert.InRange(Graphs.Recall(collection, queries, 100), 0.95, 1);
    }

    [Fact]
    public void Load_StoppedWhileLinking_LeavesNothing()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Options(IndexKind.Hnsw), Rows.Quiet);
        using var stop = new CancellationTokenSource();
        using BulkLoad load = collection.StartBulkLoad(new BulkLoadOptions
        {
            RowsExpected = RowsMin,
            Linking = (_, _) => stop.Cancel(),
            Stop = stop.Token,
        });
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            Append(load);
            load.Commit();
        });
        load.Dispose();
        Assert.Equal(0, collection.Count);
        Assert.Empty(Directory.GetFiles(directory.Sub("c"), "segment-*"));
    }

    private static void Append(BulkLoad load)
    {
        float[] rows = Clusters.Unit(RowsMin, Dimension, 20, 0.5, 1);
        for (int i = 0; i < RowsMin; i++)
        {
            load.Append((ulong)i, rows.AsSpan(i * Dimension, Dimension));
        }
    }

    private static bool HasGraph(Collection collection)
    {
        using CollectionReader reader = collection.Read();
        SegmentView view = Assert.Single(reader.Snapshot.Views);
        return view.Segment.Column(0).Graph is not null;
    }

    private static CollectionOptions Options(IndexKind kind) => CollectionOptions.Of(
        new VectorOptions
        {
            Dimension = Dimension,
            Metric = Metric.Cosine,
            Fingerprint = "test",
            Index = new IndexOptions { Kind = kind },
        });
}
