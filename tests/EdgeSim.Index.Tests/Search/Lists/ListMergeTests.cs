using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Lists;

/// <summary>Merges that put vectors into lists and are interrupted.</summary>
public sealed class ListMergeTests : IDisposable
{
    private const int Dimension = 40;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(100_000)]
    [InlineData(200_000)]
    [InlineData(10_000_000)]
    public void Merge_InterruptedAndGoneOnWith_GivesTheSameBytes(int stopAfter)
    {
        ListOptions options = ListSegments.Options with { BufferBytes = 64 << 10 };
        using Collection collection = Make(ListSegments.Quiet with { Lists = options });
        using CollectionReader reader = collection.Read();
        string whole = _directory.Sub("whole");
        string parts = _directory.Sub("parts");
        Write(collection, reader, whole, options, WritePace.Free, null);
        long durable = 0;
        bool isStopped;
        do
        {
            using var stop = new CancellationTokenSource();
            var pace = new WritePace(0, stop.Token, written =>
            {
                if (written >= stopAfter)
                {
                    stop.Cancel();
                }
            });
            try
            {
                isStopped = false;
                Write(
                    collection,
                    reader,
                    parts,
                    options with { Threads = 1 },
                    pace,
                    new WriteProgress(durable, 1, done => durable = done));
            }
            catch (OperationCanceledException)
            {
                isStopped = true;
            }
        }
        while (isStopped);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(parts));
    }

    [Fact]
    public void MergeFile_OfOtherLists_IsNotGoneOnWith()
    {
        using Collection collection = Make(ListSegments.Quiet);
        using CollectionReader reader = collection.Read();
        SegmentView[] views = [.. reader.Snapshot.Views];
        var checkpoint = new Checkpoint
        {
            Commit = 1, Sequence = 1, LogNumber = 1, Views = views, Fields = [],
        };
        StoreContext store = Context(collection.Options, ListSegments.Quiet);
        Directory.CreateDirectory(store.Path);
        File.WriteAllBytes(
            store.File(OrphanFiles.SegmentName(9) + AtomicFile.TemporarySuffix), new byte[100]);
        File.WriteAllBytes(
            store.File(MergeFile.Name(9)),
            MergeFile.Serialize(store.Descriptor.Id, 9, views, [], store.OrderFingerprint, 50));
        Assert.NotNull(MergeFile.Read(store, 9, checkpoint));
        CollectionSettings others = ListSegments.Quiet with
        {
            Lists = ListSegments.Options with { Seed = 2 },
        };
        Assert.Null(MergeFile.Read(Context(collection.Options, others), 9, checkpoint));
        Assert.Null(MergeFile.Read(Context(collection.Options, Rows.Quiet), 9, checkpoint));
        CollectionSettings alike = ListSegments.Quiet with
        {
            Lists = ListSegments.Options with { Threads = 7 },
        };
        Assert.NotNull(MergeFile.Read(Context(collection.Options, alike), 9, checkpoint));
    }

    private StoreContext Context(CollectionOptions options, CollectionSettings settings)
        => new(_directory.Sub("m"), DurableFiles.Disk, new Descriptor(7, options, 0), settings);

    private Collection Make(CollectionSettings settings)
    {
        Collection collection = Collection.Create(
            _directory.Sub("c"), Rows.Options(Metric.Cosine, Dimension), settings);
        for (int part = 0; part < 3; part++)
        {
            Graphs.Add(
                collection, (ulong)part * 1000, Clusters.Unit(1500, Dimension, 20, 0.5, 1, (ulong)part));
            collection.Seal();
        }

        return collection;
    }

    private static void Write(
        Collection collection,
        in CollectionReader reader,
        string path,
        ListOptions options,
        WritePace pace,
        WriteProgress? progress)
        => SegmentWriter.Write(
            DurableFiles.Disk,
            path,
            5,
            9,
            collection.Options,
            reader.Snapshot.Views,
            [],
            [new ColumnStructures(options, null, null)],
            pace,
            progress);
}
