using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests;

public sealed class CollectionTests
{
    [Fact]
    public void Open_AfterCommit_HasEveryRowWithItsPayload()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        Assert.False(Collection.Exists(path));
        Rows.Create(path, Metric.Dot, 20, 300, 41).Dispose();
        Assert.True(Collection.Exists(path));
        using Collection collection = Collection.Open(path);
        Assert.Equal(300, collection.Count);
        Assert.Equal(Rows.Options(Metric.Dot, 20), collection.Options);
        for (ulong key = 0; key < 300; key++)
        {
            Assert.True(collection.TryGet(key, out Match row));
            Assert.Equal(Rows.Payload(key), collection.Payload(row).ToArray());
        }

        Assert.False(collection.Contains(300));
        collection.Verify();
    }

    [Fact]
    public void Add_WithoutCommit_IsNotFoundAndGoneAfterReopening()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using (Collection collection = Rows.Create(path, Metric.Cosine, 8, 10, 42))
        {
            Rows.Add(collection, 10, 5, 42);
            Assert.Equal(5, collection.FreshCount);
            Assert.Equal(10, collection.Count);
            Assert.False(collection.Contains(12));
            var matches = new Match[20];
            Assert.Equal(
                10, collection.Search(Rows.Vector(12, 42, 8), new SearchScratch(), matches).MatchCount);
        }

        using Collection again = Collection.Open(path);
        Assert.Equal(10, again.Count);
        Assert.Equal(0, again.FreshCount);
    }

    [Fact]
    public void Commit_SameKeyAgain_ReplacesTheRow()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using (Collection collection = Rows.Create(path, Metric.Euclid, 4, 100, 43))
        {
            collection.Add(7, [1, 1, 1, 1], "first"u8);
            collection.Add(7, [9, 9, 9, 9], "second"u8);
            Assert.Equal(1, collection.FreshCount);
            collection.Commit();
            AssertReplaced(collection);
        }

        using Collection again = Collection.Open(path);
        AssertReplaced(again);

        static void AssertReplaced(Collection collection)
        {
            Assert.Equal(100, collection.Count);
            Assert.Equal(2, collection.Segments.Count);
            Assert.Equal(99, collection.Segments[0].LiveRows);
            var matches = new Match[101];
            int count = collection.Search([9, 9, 9, 9], new SearchScratch(), matches).MatchCount;
            Assert.Equal(100, count);
            Assert.Equal(7u, matches[0].Key);
            Assert.Equal(0f, matches[0].Score, 0.1f);
            Assert.Single(matches[..count], match => match.Key == 7);
            Assert.Equal("second"u8.ToArray(), collection.Payload(matches[0]).ToArray());
        }
    }

    [Fact]
    public void Commit_ManyTimes_KeepsFewFilesAndEveryNewestRow()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        int commits = Emulation.Choose(300, 60);
        var random = new SplitMix64(44);
        var seeds = new Dictionary<ulong, ulong>();
        using (Collection collection = Collection.Create(path, Rows.Options(Metric.Dot, 6)))
        {
            for (int commit = 0; commit < commits; commit++)
            {
                for (int i = random.Below(4); i >= 0; i--)
                {
                    ulong key = (ulong)random.Below(200);
                    seeds[key] = (ulong)commit;
                    collection.Add(
                        key, Rows.Vector(key, (ulong)commit, 6), Rows.Payload(key + (ulong)commit));
                }

                collection.Commit();
                Assert.InRange(collection.Segments.Count, 1, 11);
            }

            AssertNewest(collection, seeds);
            Assert.Equal(
                collection.Segments.Select(segment => segment.FileName).Order(),
                Directory.GetFiles(path, "segment-*").Select(file => Path.GetFileName(file)).Order());
        }

        using Collection again = Collection.Open(path);
        AssertNewest(again, seeds);
        again.Verify();

        static void AssertNewest(Collection collection, Dictionary<ulong, ulong> seeds)
        {
            Assert.Equal(seeds.Count, collection.Count);
            Assert.Equal(seeds.Count, collection.Segments.Sum(segment => segment.LiveRows));
            var matches = new Match[300];
            Assert.Equal(
                seeds.Count, collection.Search([1, 1, 1, 1, 1, 1], new SearchScratch(), matches).MatchCount);
            foreach (Match match in matches[..seeds.Count])
            {
                Assert.True(collection.TryGet(match.Key, out Match row));
                Assert.Equal(match with { Score = 0 }, row);
                Assert.Equal(Rows.Payload(match.Key + seeds[match.Key]), collection.Payload(match).ToArray());
                double score = Rows.Score(
                    Metric.Dot, [1, 1, 1, 1, 1, 1], Rows.Vector(match.Key, seeds[match.Key], 6));
                Assert.Equal(score, match.Score, 0.1);
            }
        }
    }

    [Fact]
    public void Commit_NothingAdded_ChangesNoFile()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using Collection collection = Rows.Create(path, Metric.Dot, 4, 3, 45);
        byte[] before = File.ReadAllBytes(Path.Combine(path, "manifest"));
        collection.Commit();
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(path, "manifest")));
    }

    [Fact]
    public void Add_VectorThatIsRefused_LeavesTheOthers()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(directory.Sub("c"), Rows.Options(Metric.Cosine, 3));
        collection.Add(1, [1, 2, 3], "one"u8);
        Assert.Throws<VectorException>(() => collection.Add(2, [1, 2], []));
        Assert.Throws<VectorException>(() => collection.Add(2, [1, float.NaN, 3], []));
        Assert.Throws<VectorException>(() => collection.Add(2, [0, 0, 0], []));
        Assert.Throws<ArgumentException>(
            () => collection.Add(2, [1, 2, 3], new byte[IndexLimits.PayloadBytesMax + 1]));
        collection.Add(3, [3, 2, 1], "three"u8);
        collection.Commit();
        Assert.Equal(2, collection.Count);
        Assert.True(collection.TryGet(3, out Match row));
        Assert.Equal("three"u8.ToArray(), collection.Payload(row).ToArray());
    }

    [Fact]
    public void Add_BeyondTheBound_SaysToCommit()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(directory.Sub("c"), Rows.Options(Metric.Dot, 4));
        byte[] payload = new byte[IndexLimits.PayloadBytesMax];
        ulong key = 0;
        while (collection.HasRoomFor(payload.Length))
        {
            collection.Add(key++, [1, 2, 3, 4], payload);
        }

        Assert.Equal(7u, key);
        Assert.InRange(collection.FreshBytes, 1, IndexLimits.FreshBytesMax);
        var error = Assert.Throws<IndexFullException>(() => collection.Add(key, [1, 2, 3, 4], payload));
        Assert.Contains("Commit", error.Message);
        collection.Commit();
        collection.Add(key, [1, 2, 3, 4], payload);
        collection.Commit();
        Assert.Equal(8, collection.Count);
        Assert.True(collection.TryGet(3, out Match row));
        Assert.Equal(payload.Length, collection.Payload(row).Length);
    }

    [Fact]
    public void Payload_RowMovedByACommit_IsAClearErrorUnlessPinned()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Rows.Create(directory.Sub("c"), Metric.Dot, 4, 3, 46);
        Assert.True(collection.TryGet(2, out Match row));
        using (collection.Pin())
        {
            ReadOnlySpan<byte> before = collection.Payload(row);
            Rows.Add(collection, 10, 5, 46);
            collection.Commit();
            Assert.Single(collection.Segments);
            Assert.Equal(Rows.Payload(2), before.ToArray());
            Assert.Equal(Rows.Payload(2), collection.Payload(row).ToArray());
        }

        Assert.Throws<InvalidOperationException>(() => collection.Payload(row).Length);
        Assert.Throws<InvalidOperationException>(() => collection.CopyVector(row, new float[4]));
        Assert.True(collection.TryGet(2, out row));
        Assert.Equal(Rows.Payload(2), collection.Payload(row).ToArray());
        Assert.Throws<ArgumentException>(() => collection.Payload(row with { Ordinal = 8 }).Length);
    }

    [Fact]
    public async Task Search_WhileCommitting_AlwaysSeesOneCommit()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Rows.Create(directory.Sub("c"), Metric.Dot, 4, 10, 47);
        bool isDone = false;
        Task searching = Task.Run(() =>
        {
            var scratch = new SearchScratch();
            var matches = new Match[2000];
            while (!Volatile.Read(ref isDone))
            {
                int count = collection.Search([1, 2, 3, 4], scratch, matches).MatchCount;
                Assert.Equal(0, count % 10);
                Assert.Equal(count, matches[..count].Select(match => match.Key).Distinct().Count());
            }
        });
        try
        {
            for (ulong commit = 1; commit < (ulong)Emulation.Choose(60, 10); commit++)
            {
                Rows.Add(collection, commit * 10, 10, 47);
                collection.Commit();
            }
        }
        finally
        {
            Volatile.Write(ref isDone, true);
            await searching;
        }
    }

    [Fact]
    public void Dispose_Twice_IsFineAndUseAfterwardsIsNot()
    {
        using var directory = new TemporaryDirectory();
        Collection collection = Rows.Create(directory.Sub("c"), Metric.Dot, 4, 3, 48);
        collection.Dispose();
        collection.Dispose();
        Assert.Throws<ObjectDisposedException>(() => collection.Count);
        Assert.Throws<ObjectDisposedException>(() => collection.Add(1, [1, 2, 3, 4], []));
        Assert.Throws<ObjectDisposedException>(collection.Commit);
    }

    [Fact]
    public void Open_NotCreated_SaysSo()
    {
        using var directory = new TemporaryDirectory();
        var error = Assert.Throws<IndexFormatException>(() => Collection.Open(directory.Sub("nothing")));
        Assert.Contains("no collection", error.Message);
        Assert.False(Directory.Exists(directory.Sub("nothing")));
    }

    [Fact]
    public void Create_WhereSomethingIs_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        CollectionOptions options = Rows.Options(Metric.Dot, 4);
        Collection.Create(directory.Sub("c"), options).Dispose();
        Assert.Throws<IndexFormatException>(() => Collection.Create(directory.Sub("c"), options));
        Directory.CreateDirectory(directory.Sub("d"));
        File.WriteAllText(Path.Combine(directory.Sub("d"), "holiday.txt"), "keep me");
        var error = Assert.Throws<IndexFormatException>(() => Collection.Create(directory.Sub("d"), options));
        Assert.Contains("holiday.txt", error.Message);
        Assert.Throws<ArgumentException>(
            () => Collection.Create(directory.Sub("e"), options with { Dimension = 4097 }));
        Assert.Throws<ArgumentException>(
            () => Collection.Create(directory.Sub("e"), options with { Metric = 0 }));
        Assert.Throws<ArgumentException>(
            () => Collection.Create(directory.Sub("e"), options with { Model = new string('m', 257) }));
    }

    [Fact]
    public void Open_WhileOpen_SaysWhoHasIt()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using (Rows.Create(path, Metric.Dot, 4, 3, 49))
        {
            var error = Assert.Throws<IndexLockedException>(() => Collection.Open(path));
            Assert.Contains(Environment.ProcessId.ToString(), error.Message);
        }

        Collection.Open(path).Dispose();
    }

    [Fact]
    public void Describe_WhileAnotherCommits_SaysWhatACommitHolds()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using Collection collection = Rows.Create(path, Metric.Dot, 4, 1, 91);
        Assert.Equal(
            new CollectionSummary(collection.Options, 1, 1, collection.Bytes), Collection.Describe(path));
        var writer = Task.Run(() =>
        {
            for (ulong key = 1; key < 60; key++)
            {
                Rows.Add(collection, key / 2, 2, 91);
                collection.Commit();
            }
        });
        long seen = 0;
        while (!writer.IsCompleted)
        {
            long count = Collection.Describe(path).Count;
            Assert.InRange(count, seen, 31);
            seen = count;
        }

        writer.GetAwaiter().GetResult();
        Assert.Equal(31, Collection.Describe(path).Count);
        Assert.Equal(collection.Count, Collection.Describe(path).Count);
    }

    [Fact]
    public void Describe_NothingThere_IsAFormatException()
    {
        using var directory = new TemporaryDirectory();
        Assert.Throws<IndexFormatException>(() => Collection.Describe(directory.Sub("nothing")));
    }
}
