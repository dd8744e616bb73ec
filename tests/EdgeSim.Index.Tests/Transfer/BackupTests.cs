using System.Formats.Tar;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Tests.Transfer;

public sealed class BackupTests(ITestOutputHelper output)
{
    private const int Keys = 300;
    private const int ChangesMax = 12;

    [Theory]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    public void Backup_WhileBatchesAndLoadsHappen_IsAPrefixOfThem(
        bool isTar, bool sharesBytes, bool isBeside)
    {
        using var directory = new TemporaryDirectory();
        CollectionOptions options = StoreBatch.Options(Durability.None);
        string path = directory.Sub("c");
        using Collection collection = Collection.Create(
            path, options, new CollectionSettings { SealBytes = IndexLimits.SealBytesMin });
        var tags = new List<long>();
        using var stop = new CancellationTokenSource();
        var writer = Task.Factory.StartNew(
            () => WriteUntil(collection, tags, stop.Token), TaskCreationOptions.LongRunning);
        int behind = 0;
        for (int i = 0; i < LongRun.Choose(8, 200, 3); i++)
        {
            int before = CountOf(tags);
            Assert.True(SpinWait.SpinUntil(() => CountOf(tags) > before + 30, 60_000));
            string target = directory.Sub(isTar ? $"b{i}.tar" : $"b{i}");
            var how = new BackupOptions { SharesBytes = sharesBytes };
            BackupResult result = isBeside
                ? Collection.BackupBeside(path, target, how)
                : collection.Backup(target, how);
            string copy = isTar ? directory.Sub($"r{i}") : target;
            if (isTar)
            {
                RestoreResult restored = Collection.Restore(target, copy, new RestoreOptions());
                Assert.Equal((result.Points, result.Sequence), (restored.Points, restored.Sequence));
            }
            else
            {
                Assert.True(Collection.Verify(copy, null).IsSound);
            }

            behind += CompareWithHistory(copy, tags, result);
        }

        stop.Cancel();
        writer.Wait();
        output.WriteLine($"{tags.Count} batches; the backups were {behind} behind, together");
    }

    [Fact]
    public void Backup_OfACollectionThatGoesOn_StaysAsItWas()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Rows.Create(directory.Sub("c"), Metric.Dot, 9, 400, 3);
        collection.Backup(directory.Sub("b"), new BackupOptions());
        for (ulong key = 0; key < 400; key++)
        {
            collection.Delete(key);
        }

        collection.Compact();
        Assert.Equal(0, collection.Count);
        using (Collection backup = Collection.Open(directory.Sub("b"), Rows.Quiet))
        {
            Rows.AssertHolds(backup, 400);
            backup.Delete(0);
            backup.Compact();
        }

        Assert.Equal(0, collection.Count);
        Assert.True(collection.Verify().IsSound);
    }

    [Fact]
    public void Restore_OverACollection_NeedsToBeTold()
    {
        using var directory = new TemporaryDirectory();
        string tar = directory.Sub("b.tar");
        using (Collection collection = Rows.Create(directory.Sub("c"), Metric.Dot, 9, 40, 3))
        {
            collection.Backup(tar, new BackupOptions());
            Assert.Throws<TransferException>(() => collection.Backup(tar, new BackupOptions()));
            Assert.Throws<IndexFormatException>(
                () => Collection.Restore(tar, directory.Sub("c"), new RestoreOptions()));
            Assert.Throws<IndexLockedException>(() => Collection.Restore(
                tar, directory.Sub("c"), new RestoreOptions { Overwrites = true }));
            Assert.Throws<IndexLockedException>(
                () => Collection.Restore(directory.Sub("c"), directory.Sub("d"), new RestoreOptions()));
            collection.Delete(3);
        }

        RestoreResult restored = Collection.Restore(
            tar, directory.Sub("c"), new RestoreOptions { Overwrites = true });
        Assert.Equal(40, restored.Points);
        using (Collection collection = Collection.Open(directory.Sub("c"), Rows.Quiet))
        {
            Rows.AssertHolds(collection, 40);
        }

        Collection.Restore(directory.Sub("c"), directory.Sub("d"), new RestoreOptions());
        Assert.Equal(["c", "d"], Collection.List(directory.Path));
        Assert.Equal(["b.tar", "c", "d"], Directory.GetFileSystemEntries(directory.Path)
            .Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Directory.CreateDirectory(directory.Sub("e"));
        File.WriteAllText(directory.Sub("e/diary"), "mine");
        Assert.Throws<IndexFormatException>(() => Collection.Restore(
            tar, directory.Sub("e"), new RestoreOptions { Overwrites = true }));
    }

    /// <summary>Every byte of a backup counts: one that is wrong is found before anything happens.</summary>
    [Fact]
    public void Restore_OfADamagedBackup_IsRefusedAndChangesNothing()
    {
        using var directory = new TemporaryDirectory();
        using (Collection collection = Rows.Create(directory.Sub("c"), Metric.Dot, 9, 400, 3))
        {
            collection.Delete(5);
            collection.Seal();
            Rows.Add(collection, 500, 10, 3);
            collection.Backup(directory.Sub("b"), new BackupOptions { SharesBytes = false });
        }

        var random = new SplitMix64(9);
        int harmless = 0;
        foreach (string file in Directory.GetFiles(directory.Sub("b")).Where(path => !path.EndsWith("LOCK")))
        {
            for (int i = 0; i < 12; i++)
            {
                byte[] bytes = File.ReadAllBytes(file);
                byte[] damaged = [.. bytes];
                damaged[random.Below(bytes.Length)] ^= (byte)(1 << random.Below(8));
                File.WriteAllBytes(file, i == 0 ? bytes[..^1] : damaged);
                try
                {
                    // Gaps between sections and the slot that is not used mean nothing.
                    Assert.Equal(409, Collection.Restore(
                        directory.Sub("b"), directory.Sub("r"), new RestoreOptions()).Points);
                    Collection.Drop(directory.Sub("r"));
                    harmless++;
                }
                catch (IndexException)
                {
                    Assert.False(Directory.Exists(directory.Sub("r")));
                    Assert.False(Directory.Exists(directory.Sub("r.restoring")));
                }

                File.WriteAllBytes(file, bytes);
            }
        }

        output.WriteLine($"{harmless} harmless");
        Assert.InRange(harmless, 0, 30);
    }

    [Fact]
    public void Restore_OfATarThatIsNone_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Rows.Create(directory.Sub("c"), Metric.Dot, 9, 400, 3);
        string tar = directory.Sub("b.tar");
        collection.Backup(tar, new BackupOptions());
        byte[] sound = File.ReadAllBytes(tar);
        var random = new SplitMix64(10);
        for (int i = 0; i < 200; i++)
        {
            byte[] bytes = [.. sound];
            for (int j = 0; j < 3; j++)
            {
                bytes[(random.Below(sound.Length / 512) * 512) + random.Below(157)] = (byte)random.Below(256);
            }

            File.WriteAllBytes(tar, i % 2 == 0 ? bytes : bytes[..random.Below(bytes.Length)]);
            try
            {
                Assert.Equal(400, Collection.Restore(tar, directory.Sub("r"), new RestoreOptions()).Points);
                Collection.Drop(directory.Sub("r"));
            }
            catch (IndexException)
            {
                Assert.False(Directory.Exists(directory.Sub("r")));
            }
        }

        using (var writer = new TarWriter(File.Create(tar)))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "../../etc/passwd"));
        }

        Assert.Throws<IndexFormatException>(
            () => Collection.Restore(tar, directory.Sub("r"), new RestoreOptions()));
    }

    [Fact]
    public void Backup_OfFormat1_IsWhole()
    {
        using var directory = new TemporaryDirectory();
        using (var gzip = new System.IO.Compression.GZipStream(
            File.OpenRead(Path.Combine(AppContext.BaseDirectory, "fixtures", "index-v1.tar.gz")),
            System.IO.Compression.CompressionMode.Decompress))
        {
            TarFile.ExtractToDirectory(gzip, directory.Path, overwriteFiles: false);
        }

        string old = Path.GetDirectoryName(
            Directory.GetFiles(directory.Path, "collection.json", SearchOption.AllDirectories).Single())!;
        using Collection collection = Collection.Open(old, Rows.Quiet);
        collection.Backup(directory.Sub("b"), new BackupOptions());
        using Collection backup = Collection.Open(directory.Sub("b"), Rows.Quiet);
        Assert.Equal(collection.Count, backup.Count);
        Assert.Equal(collection.Keys(), backup.Keys());
    }

    private static int CountOf(List<long> tags)
    {
        lock (tags)
        {
            return tags.Count;
        }
    }

    private static void WriteUntil(Collection collection, List<long> tags, CancellationToken stop)
    {
        var random = new SplitMix64(4);
        while (!stop.IsCancellationRequested)
        {
            long tag = (long)(random.Next() >> 1);
            lock (tags)
            {
                tags.Add(tag);
            }

            if (tag % 16 == 0)
            {
                using BulkLoad load = RandomLoad.Append(collection, tag, ChangesMax, Keys);
                load.Commit();
            }
            else
            {
                WriteBatch batch = collection.NewBatch();
                StoreBatch.Of(tag, ChangesMax, Keys).AddTo(batch, collection.Options);
                collection.Write(batch);
            }
        }
    }

    /// <summary>The copy is what the first batches made; how many had been begun meanwhile.</summary>
    private static int CompareWithHistory(string path, List<long> tags, BackupResult result)
    {
        long[] history;
        lock (tags)
        {
            history = [.. tags];
        }

        using Collection copy = Collection.Open(path, Rows.Quiet);
        var model = new StoreModel(copy.Options);
        for (ulong i = 0; i < result.Sequence; i++)
        {
            if (history[i] % 16 == 0)
            {
                RandomLoad.ApplyTo(model, history[i], ChangesMax, Keys, copy.Options);
            }
            else
            {
                model.Apply(StoreBatch.Of(history[i], ChangesMax, Keys));
            }
        }

        using CollectionReader reader = copy.Read();
        Assert.Equal(result.Sequence, reader.Sequence);
        Assert.Equal(result.Points, reader.Count);
        model.Compare(reader);
        return history.Length - (int)result.Sequence;
    }
}
