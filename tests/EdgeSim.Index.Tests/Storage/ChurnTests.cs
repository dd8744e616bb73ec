using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>Half of the points replaced again and again: neither the files nor the memory grow.</summary>
public sealed class ChurnTests(ITestOutputHelper output)
{
    private const int Dimension = 64;
    private const int Rounds = 10;
    private const int BatchRows = 500;

    [Fact]
    public void HalfReplaced_TenTimes_TakesTheSpaceOfWhatLives()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        int count = LongRun.Choose(20_000, 200_000, 1000);
        var settings = new CollectionSettings { SealBytes = 256 << 10, Durability = Durability.None };
        using Collection collection = Collection.Create(
            path, Rows.Options(Metric.Cosine, Dimension), settings);
        for (int first = 0; first < count; first += BatchRows)
        {
            Rows.Add(collection, (ulong)first, BatchRows, 1);
        }

        collection.Compact();
        long live = BytesOf(path);
        long memory = 0;
        long peak = 0;
        var random = new SplitMix64(4001);
        for (int round = 0; round < Rounds; round++)
        {
            for (int done = 0; done < count / 2; done += BatchRows)
            {
                Rows.Add(collection, (ulong)random.Below(count - BatchRows), BatchRows, (ulong)round + 2);
                peak = Math.Max(peak, BytesOf(path));
            }

            collection.Compact();
            collection.WaitIdle();
            Assert.Equal(count, collection.Count);
            Assert.InRange(BytesOf(path), 0, live * 13 / 10);
            if (round == 1)
            {
                memory = HeapBytes();
            }
        }

        long memoryNow = HeapBytes();
        output.WriteLine(
            $"{live} bytes live, {BytesOf(path)} after, {peak} at most; memory {memory}, then {memoryNow}");
        Assert.InRange(memoryNow, 0, memory + (memory / 4) + (4 << 20));
        Assert.InRange(peak, 0, (3 * live) + (4 << 20));
        Assert.Null(collection.BackgroundFailure);
        collection.Verify();
    }

    /// <summary>After a collection; the total that the runtime keeps can even be negative.</summary>
    private static long HeapBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return GC.GetGCMemoryInfo(GCKind.FullBlocking).HeapSizeBytes;
    }

    private static long BytesOf(string path)
        => new DirectoryInfo(path).EnumerateFiles().Sum(file => file.Exists ? file.Length : 0);
}
