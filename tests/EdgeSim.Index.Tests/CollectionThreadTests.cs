using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests;

/// <summary>Many threads at once, durability, and the work that goes on in the background.</summary>
public sealed class CollectionThreadTests(ITestOutputHelper output)
{
    private const int Dimension = 8;

    [Theory]
    [InlineData(Durability.Always)]
    [InlineData(Durability.Interval)]
    [InlineData(Durability.None)]
    public void Write_EachDurability_SaysItAndFlushesAsPromised(Durability durability)
    {
        using var directory = new TemporaryDirectory();
        int flushes = 0;
        FaultyFiles disk = Counting(() => flushes++);
        CollectionOptions options = Rows.Options(Metric.Dot, Dimension) with { Durability = durability };
        using Collection collection = Collection.Create(
            directory.Sub("c"), options, Rows.Quiet with { FlushIntervalMs = 60_000 }, disk);
        Assert.Equal(durability, Rows.Add(collection, 0, 1, 71).Durability);
        int first = flushes;
        for (ulong i = 1; i <= 10; i++)
        {
            WriteReceipt receipt = Rows.Add(collection, i, 1, 71);
            Assert.Equal((durability, i + 1, 1), (receipt.Durability, receipt.Sequence, receipt.Points));
        }

        Assert.Equal(durability == Durability.Always ? 10 : 0, flushes - first);
        first = flushes;
        collection.Flush();
        collection.Flush();
        Assert.Equal(durability == Durability.Always ? 0 : 1, flushes - first);
    }

    [Fact]
    public void Write_Interval_IsFlushedByTheTimer()
    {
        using var directory = new TemporaryDirectory();
        using var flushed = new ManualResetEventSlim();
        FaultyFiles disk = Counting(flushed.Set);
        CollectionOptions options =
            Rows.Options(Metric.Dot, Dimension) with { Durability = Durability.Interval };
        using Collection collection = Collection.Create(
            directory.Sub("c"), options, Rows.Quiet with { FlushIntervalMs = 20 }, disk);
        Rows.Add(collection, 0, 1, 71);
        flushed.Reset(); // The log's header was flushed.
        Rows.Add(collection, 1, 1, 71);
        Assert.True(flushed.Wait(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Write_ManyThreads_ShareFlushes()
    {
        using var directory = new TemporaryDirectory();
        int flushes = 0;
        FaultyFiles disk = Counting(() =>
        {
            flushes++;
            Thread.Sleep(1);
        });
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Dot, Dimension), Rows.Quiet, disk);
        const int Threads = 8;
        int each = Emulation.Choose(60, 10);
        var sequences = new ulong[Threads * each];
        Parallel(Threads, thread =>
        {
            for (int i = 0; i < each; i++)
            {
                int n = (thread * each) + i;
                sequences[n] = Rows.Add(collection, (ulong)n, 1, 71).Sequence;
                Assert.NotNull(collection.PayloadOf((ulong)n)); // What was acknowledged is seen.
            }
        });
        output.WriteLine($"{sequences.Length} batches, {flushes} flushes");
        Assert.InRange(flushes, 1, sequences.Length / 2);
        Assert.Equal(Enumerable.Range(1, sequences.Length).Select(i => (ulong)i), sequences.Order());
        Rows.AssertHolds(collection, sequences.Length);
    }

    [Fact]
    public void Write_OneOfAGroupIsWrong_FailsAlone()
    {
        using var directory = new TemporaryDirectory();
        using var gate = new ManualResetEventSlim();
        FaultyFiles disk = Counting(() => gate.Wait());
        gate.Set();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Dot, Dimension), Rows.Quiet, disk);
        byte[] large = Rows.Text(new string('x', IndexLimits.PayloadBytesMax - 100));
        collection.Upsert(0, Rows.Vector(0, 1, Dimension), large);
        gate.Reset();
        int failed = 0;
        var threads = Enumerable.Range(1, 9).Select(thread => new Thread(() =>
        {
            WriteBatch batch = collection.NewBatch();
            batch.Upsert((ulong)thread, Rows.Vector(0, 1, Dimension));
            if (thread % 3 == 0)
            {
                batch.SetPayload(0, Rows.Text(new string('y', 300)), "more");
            }

            try
            {
                collection.Write(batch);
            }
            catch (ArgumentException)
            {
                Interlocked.Increment(ref failed);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        Thread.Sleep(100); // The first is in its flush, the others wait for it: most become one group.
        gate.Set();
        threads.ForEach(thread => thread.Join());
        Assert.Equal(3, failed);
        Assert.Equal<Key>([0, 1, 2, 4, 5, 7, 8], collection.Keys());
        Assert.Equal(large, collection.PayloadOf(0));
    }

    /// <summary>
    /// Writers on keys of their own, readers that check that a batch is seen whole, sealing and merging in
    /// the background, and Compact, Flush and Seal by hand in between.
    /// </summary>
    [Theory]
    [InlineData(Durability.None, 2001)]
    [InlineData(Durability.Interval, 2002)]
    public void Everything_AtOnce_StaysWhole(Durability durability, ulong seed)
    {
        using var directory = new TemporaryDirectory();
        CollectionOptions options = Rows.Options(Metric.Dot, Dimension) with { Durability = durability };
        var settings = new CollectionSettings
        {
            SealBytes = IndexLimits.SealBytesMin,
            FlushIntervalMs = 10,
            MergeBytesPerSecond = 1 << 30,
        };
        string path = directory.Sub("c");
        const int Writers = 3;
        const int KeysEach = 300;
        int rounds = LongRun.Choose(700, 20_000, 60);
        var versions = new int[Writers, KeysEach];
        Collection collection = Collection.Create(path, options, settings);
        bool isDone = false;
        Task[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                AssertPairs(collection);
            }
        }))];
        Parallel(Writers + 1, thread =>
        {
            var random = new SplitMix64(seed + (ulong)thread);
            for (int round = 0; round < rounds; round++)
            {
                if (thread == Writers)
                {
                    Disturb(collection, ref random);
                    continue;
                }

                // A key and its twin always have the same payload, or are both absent.
                int key = random.Below(KeysEach);
                int version = random.Below(4) == 0 ? 0 : round + 1;
                WriteTwins(collection, (ulong)((thread * KeysEach) + key), version);
                versions[thread, key] = version;
            }
        });
        Volatile.Write(ref isDone, true);
        Task.WaitAll(readers);
        collection.WaitIdle();
        Assert.Null(collection.BackgroundFailure);
        AssertVersions(collection);
        collection.Dispose();
        collection = Collection.Open(path, settings);
        AssertVersions(collection);
        collection.Compact();
        AssertVersions(collection);
        collection.Verify();
        output.WriteLine($"seed {seed}: {collection.Segments.Count} segments, {collection.Count} points");
        collection.Dispose();

        void AssertVersions(Collection opened)
        {
            for (int i = 0; i < Writers * KeysEach; i++)
            {
                int version = versions[i / KeysEach, i % KeysEach];
                byte[]? expected = version == 0 ? null : Rows.Text($"{version}");
                Assert.Equal(expected, opened.PayloadOf((ulong)i));
                Assert.Equal(expected, opened.PayloadOf((ulong)i + 1_000_000));
            }
        }
    }

    [Fact]
    public void Write_FasterThanTheBackground_IsHeldBackAndNothingOverflows()
    {
        using var directory = new TemporaryDirectory();
        CollectionOptions options = Rows.Options(Metric.Dot, Dimension) with { Durability = Durability.None };
        var settings = new CollectionSettings { SealBytes = 64 << 10 };
        using Collection collection = Collection.Create(directory.Sub("c"), options, settings);
        int batches = Emulation.Choose(300, 30);
        for (int i = 0; i < batches; i++)
        {
            Rows.Add(collection, (ulong)(i * 200), 200, 71);
            Assert.InRange(collection.FreshBytes, 0, 5 * (64 << 10));
        }

        collection.WaitIdle();
        Assert.Null(collection.BackgroundFailure);
        Assert.Equal(batches * 200, collection.Count);
        Assert.InRange(collection.Segments.Count, 1, 20);
    }

    /// <summary>
    /// Merging in the background is as slow as it may be: it hurries before the files run out.
    /// </summary>
    [Fact]
    public void Write_FasterThanMerging_WaitsAndDoesNotRunOutOfFiles()
    {
        using var directory = new TemporaryDirectory();
        CollectionOptions options = Rows.Options(Metric.Dot, Dimension) with { Durability = Durability.None };
        var settings = new CollectionSettings
        {
            SealBytes = IndexLimits.SealBytesMin,
            MergeBytesPerSecond = 64 << 10,
        };
        using Collection collection = Collection.Create(directory.Sub("c"), options, settings);
        int most = 0;
        int batches = Emulation.Choose(150, 20);
        for (int i = 0; i < batches; i++)
        {
            Rows.Add(collection, (ulong)(i * 150), 150, 71);
            most = Math.Max(most, collection.Segments.Count);
        }

        output.WriteLine($"at most {most} segments");
        Assert.InRange(most, 1, IndexLimits.SegmentsMax - 1);
        Assert.Equal(batches * 150, collection.Count);
    }

    private static void WriteTwins(Collection collection, ulong key, int version)
    {
        WriteBatch batch = collection.NewBatch();
        foreach (ulong twin in (ulong[])[key, key + 1_000_000])
        {
            if (version == 0)
            {
                batch.Delete(twin);
            }
            else
            {
                batch.Upsert(twin, Rows.Vector(key, (ulong)version, Dimension), Rows.Text($"{version}"));
            }
        }

        collection.Write(batch);
    }

    private static void Disturb(Collection collection, ref SplitMix64 random)
    {
        switch (random.Below(40))
        {
            case 0:
                collection.Seal();
                break;
            case 1:
                collection.Compact();
                break;
            case 2:
                collection.Flush();
                break;
            default:
                Thread.Yield();
                break;
        }
    }

    private static void AssertPairs(Collection collection)
    {
        using CollectionReader reader = collection.Read();
        var first = new List<(ulong, string)>();
        var second = new List<(ulong, string)>();
        var page = new Match[64];
        Key? from = null;
        do
        {
            int count = reader.Scroll(from, page, out from);
            foreach (Match match in page.AsSpan(0, count))
            {
                ulong key = match.Key.Number;
                (key < 1_000_000 ? first : second).Add(
                    (key % 1_000_000, Convert.ToHexString(reader.Payload(match))));
            }
        }
        while (from is not null);
        Assert.Equal(first, second);
        Assert.Equal(reader.Count, first.Count + second.Count);
        var matches = new Match[2000];
        int found = reader.Search(Rows.Vector(5, 5, Dimension), new SearchScratch(), matches).MatchCount;
        Assert.Equal(reader.Count, found);
        Assert.Equal(found, matches[..found].Select(match => match.Key).Distinct().Count());
    }

    private static void Parallel(int threads, Action<int> work)
    {
        Task[] tasks = [.. Enumerable.Range(0, threads).Select(
            thread => Task.Factory.StartNew(() => work(thread), TaskCreationOptions.LongRunning))];
        Task.WaitAll(tasks);
    }

    /// <summary>A disk that says when a log is flushed.</summary>
    private static FaultyFiles Counting(Action flushed)
    {
        var disk = new FaultyFiles();
        disk.LieWhen(call =>
        {
            if (call.Kind == TraceKind.Flush && call.Path.Contains("log-", StringComparison.Ordinal))
            {
                flushed();
            }

            return false;
        });
        return disk;
    }
}
