using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests;

/// <summary>A collection as a whole: made, opened, listed, described, removed.</summary>
public sealed class CollectionTests
{
    [Fact]
    public void Open_AfterWriting_HasEveryPointWithItsPayload()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        Assert.False(Collection.Exists(path));
        using (Collection collection = Rows.Create(path, Metric.Dot, 20, 300, 71))
        {
            Rows.Add(collection, 300, 20, 71);
        }

        Assert.True(Collection.Exists(path));
        using Collection again = Collection.Open(path);
        Rows.AssertHolds(again, 320);
        Assert.Equal(Rows.Options(Metric.Dot, 20), again.Options);
        Assert.Equal((20, 0), (again.FreshCount, (int)again.Recovery.DiscardedBytes));
        Assert.Equal(1, again.Recovery.Batches);
        Assert.Null(again.Recovery.DiscardedIn);
        Assert.Null(again.BackgroundFailure);
        again.Verify();
    }

    [Fact]
    public void Seal_RowsInMemory_AreInAFileAndTheLogIsGone()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using Collection collection = Collection.Create(path, Rows.Options(Metric.Dot, 6), Rows.Quiet);
        Rows.Add(collection, 0, 50, 71);
        Assert.True(collection.FreshBytes > 50 * 6);
        Assert.Empty(collection.Segments);
        collection.Seal();
        Assert.Equal((0, 50L), (collection.FreshCount, collection.Segments.Single().LiveRows));
        Assert.InRange(
            collection.Bytes,
            collection.Segments.Single().Bytes + 1,
            collection.Segments.Single().Bytes + 20_000);
        Assert.Equal(["log-0000000002"], Directory.GetFiles(path, "log-*").Select(Path.GetFileName));
        byte[] before = File.ReadAllBytes(Path.Combine(path, "manifest"));
        collection.Seal();
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(path, "manifest")));
        Rows.AssertHolds(collection, 50);
    }

    [Fact]
    public void Write_ManySmallSeals_KeepsFewFilesAndCompactLeavesOne()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using Collection collection = Collection.Create(
            path, Rows.Options(Metric.Dot, 6), Rows.Tiny with { Durability = Durability.None });
        for (int i = 0; i < Emulation.Choose(300, 40); i++)
        {
            Rows.Add(collection, (ulong)(i * 20 % 2000), 40, 71);
            Assert.InRange(collection.Segments.Count, 0, 12);
        }

        Assert.Equal(
            collection.Segments.Select(segment => segment.FileName).Order(),
            Directory.GetFiles(path, "segment-*").Select(file => Path.GetFileName(file)).Order());
        long written = 0;
        collection.Compact(bytes => written = bytes);
        Assert.All(collection.Segments, segment => Assert.InRange(segment.LiveRows, segment.Rows * 0.9, 1e9));
        Rows.AssertHolds(collection, (int)collection.Count);
        Assert.True(written >= 0);
    }

    [Fact]
    public void List_Folder_NamesItsCollectionsInOrder()
    {
        using var directory = new TemporaryDirectory();
        Assert.Empty(Collection.List(directory.Sub("nothing")));
        foreach (string name in (string[])["b", "a", "Z"])
        {
            Collection.Create(directory.Sub(name), Rows.Options(Metric.Dot, 4)).Dispose();
        }

        Directory.CreateDirectory(directory.Sub("other"));
        Assert.Equal(["Z", "a", "b"], Collection.List(directory.Path));
    }

    [Fact]
    public void Drop_RemovesTheDirectory_UnlessOthersHaveFilesThere()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using (Collection collection = Rows.Create(path, Metric.Dot, 4, 9, 71))
        {
            Rows.Add(collection, 3, 9, 71);
            collection.Seal();
            Rows.Add(collection, 3, 9, 71);
            var open = Assert.Throws<IndexLockedException>(() => Collection.Drop(path));
            Assert.Contains(Environment.ProcessId.ToString(), open.Message);
        }

        Collection.Drop(path);
        Assert.False(Directory.Exists(path));
        Assert.Throws<IndexFormatException>(() => Collection.Drop(path));

        Rows.Create(path, Metric.Dot, 4, 9, 71).Dispose();
        string mine = Path.Combine(path, "notes.txt");
        File.WriteAllText(mine, "mine");
        Collection.Drop(path);
        Assert.Equal([mine], Directory.GetFileSystemEntries(path));
    }

    [Fact]
    public void Dispose_Twice_IsFineAndUseAfterwardsIsNot()
    {
        using var directory = new TemporaryDirectory();
        Collection collection = Rows.Create(directory.Sub("c"), Metric.Dot, 4, 3, 48);
        collection.Dispose();
        collection.Dispose();
        Assert.Throws<ObjectDisposedException>(() => collection.Count);
        Assert.Throws<ObjectDisposedException>(() => collection.Upsert(1, [1, 2, 3, 4]));
        Assert.Throws<ObjectDisposedException>(() => collection.Delete(1));
        Assert.Throws<ObjectDisposedException>(collection.Seal);
        Assert.Throws<ObjectDisposedException>(collection.Flush);
        Assert.Throws<ObjectDisposedException>(() => collection.Compact());
        Assert.Throws<ObjectDisposedException>(() => collection.Read().Dispose());
    }

    [Fact]
    public void Open_NotCreated_SaysSo()
    {
        using var directory = new TemporaryDirectory();
        var error = Assert.Throws<IndexFormatException>(() => Collection.Open(directory.Sub("nothing")));
        Assert.Contains("no collection", error.Message);
        Assert.False(Directory.Exists(directory.Sub("nothing")));
        Assert.Throws<IndexFormatException>(() => Collection.Describe(directory.Sub("nothing")));
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
    }

    [Fact]
    public void Create_OptionsThatAreNotAllowed_AreNamed()
    {
        using var directory = new TemporaryDirectory();
        VectorOptions good = Rows.Options(Metric.Dot, 4).Default;
        Refused("Dimension is 4097", CollectionOptions.Of(good with { Dimension = 4097 }));
        Refused("Dimension is 0", CollectionOptions.Of(good with { Dimension = 0 }));
        Refused("Metric is 0", CollectionOptions.Of(good with { Metric = 0 }));
        Refused("Model has 257", CollectionOptions.Of(good with { Model = new string('m', 257) }));
        Refused("has 0 vectors", new CollectionOptions { Vectors = [] });
        Refused(
            "named 'a'",
            new CollectionOptions { Vectors = [good with { Name = "a" }, good with { Name = "a" }] });
        Refused(
            "has 9 vectors",
            new CollectionOptions
            {
                Vectors = [.. Enumerable.Range(0, 9).Select(i => good with { Name = $"{i}" })],
            });
        Refused("Durability is 3", CollectionOptions.Of(good) with { Durability = (Durability)3 });
        Assert.Contains("SealBytes", Assert.Throws<ArgumentException>(() => Collection.Create(
            directory.Sub("e"),
            CollectionOptions.Of(good),
            new CollectionSettings { SealBytes = 1 })).Message);
        Assert.False(Directory.Exists(directory.Sub("e")));

        void Refused(string part, CollectionOptions options) => Assert.Contains(
            part,
            Assert.Throws<ArgumentException>(() => Collection.Create(directory.Sub("e"), options)).Message);
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
    public void Describe_WhileAnotherWritesAndMerges_SaysWhatABatchLeft()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using Collection collection = Rows.Create(path, Metric.Dot, 4, 1, 91);
        CollectionSummary first = Collection.Describe(path);
        Assert.Equal((1L, 1), (first.Count, first.Segments));
        Assert.Equal(collection.Options, first.Options);
        int batches = Emulation.Choose(200, 40);
        var writer = Task.Run(() =>
        {
            for (int i = 1; i < batches; i++)
            {
                Rows.Add(collection, (ulong)i / 2, 2, 91);
                if (i % 5 == 0)
                {
                    collection.Seal();
                }

                if (i % 20 == 0)
                {
                    collection.Compact();
                }
            }
        });
        long seen = 0;
        while (!writer.IsCompleted)
        {
            long count = Collection.Describe(path).Count;
            Assert.InRange(count, seen, (batches / 2) + 1);
            seen = count;
        }

        writer.GetAwaiter().GetResult();
        Assert.Equal(collection.Count, Collection.Describe(path).Count);
        collection.Delete(0);
        Assert.Equal(collection.Count, Collection.Describe(path).Count);
    }

    [Fact]
    public void PayloadIndexes_DeclaredAndDropped_AreThereAfterReopening()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        var field = new Index.Payloads.PayloadIndexField("a.b", Index.Payloads.PayloadIndexKind.Keyword);
        using (Collection collection = Rows.Create(path, Metric.Dot, 4, 9, 71))
        {
            collection.CreatePayloadIndex(field);
            collection.CreatePayloadIndex(field with { Path = "c" });
            collection.DropPayloadIndex("c");
            Assert.Equal([field], collection.PayloadIndexes);
        }

        using (Collection collection = Collection.Open(path, Rows.Quiet))
        {
            Assert.Equal([field], collection.PayloadIndexes);
            collection.Seal();
            Assert.Equal([field], collection.PayloadIndexes);
        }

        using Collection again = Collection.Open(path, Rows.Quiet);
        Assert.Equal([field], again.PayloadIndexes);
        Assert.Equal(0, again.Recovery.Batches);
        Rows.AssertHolds(again, 9);
    }
}
