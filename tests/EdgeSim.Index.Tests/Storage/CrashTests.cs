using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>
/// A disk that fails at every step there is, and a manifest torn at many places: the commit before is what
/// stays.
/// </summary>
public sealed class CrashTests
{
    private const int Dimension = 6;

    /// <summary>
    /// Most steps a commit of these tests can take; a run without failure ends the loops earlier.
    /// </summary>
    private const int StepsMax = 100;

    [Fact]
    public void Commit_PowerCutAtEveryStep_LeavesTheCommitBeforeOrTheNewOne()
    {
        using var directory = new TemporaryDirectory();
        string start = Start(directory);
        int cuts = 0;
        for (int step = 1; step < StepsMax; step++)
        {
            string path = directory.CopyOf(start, "cut");
            bool isCommitted = CommitUntil(path, FaultyFiles.At(step, forEver: true));
            using (Collection again = Collection.Open(path))
            {
                again.Verify();
                Assert.True(again.Count is 40 or 60, $"Step {step}: {again.Count} rows.");
                Assert.True(
                    !isCommitted || again.Count == 60, $"Step {step}: the commit returned and is gone.");
                AssertRows(again, again.Count == 60 ? 60 : 40);
                Rows.Add(again, 500, 3, 71);
                again.Commit();
            }

            using (Collection again = Collection.Open(path))
            {
                Assert.Equal(again.Segments.Count, Directory.GetFiles(path, "segment-*").Length);
            }

            Directory.Delete(path, recursive: true);
            cuts++;
            if (isCommitted)
            {
                break;
            }
        }

        Assert.InRange(cuts, 10, StepsMax - 2);
    }

    [Fact]
    public void Commit_FailsOnceAtEveryStep_SucceedsWhenCalledAgain()
    {
        using var directory = new TemporaryDirectory();
        string start = Start(directory);
        for (int step = 1; step < StepsMax; step++)
        {
            string path = directory.CopyOf(start, "once");
            var files = FaultyFiles.At(step + Steps(start, directory), forEver: false);
            using (Collection collection = Collection.Open(path, files))
            {
                Rows.Add(collection, 40, 20, 71);
                bool failed = false;
                try
                {
                    collection.Commit();
                }
                catch (IndexStorageException error)
                {
                    failed = true;
                    Assert.Contains("the one before it stands", error.Message);
                    Assert.Equal(40, collection.Count);
                    Assert.Equal(20, collection.FreshCount);
                    AssertRows(collection, 40);
                    collection.Commit();
                }

                AssertRows(collection, 60);
                if (!failed && files.Calls < step)
                {
                    return;
                }
            }

            using (Collection again = Collection.Open(path))
            {
                AssertRows(again, 60);
            }

            Directory.Delete(path, recursive: true);
        }
    }

    [Fact]
    public void Create_PowerCutAtEveryStep_CanBeCreatedAgain()
    {
        using var directory = new TemporaryDirectory();
        CollectionOptions options = Rows.Options(Metric.Dot, Dimension);
        for (int step = 1; ; step++)
        {
            string path = directory.Sub($"create{step}");
            try
            {
                Collection.Create(path, options, FaultyFiles.At(step, forEver: true)).Dispose();
                Assert.InRange(step, 8, 20);
                return;
            }
            catch (IndexStorageException)
            {
                Collection again = Collection.Exists(path)
                    ? Collection.Open(path)
                    : Collection.Create(path, options);
                Assert.Equal(0, again.Count);
                again.Dispose();
            }
        }
    }

    [Fact]
    public void Create_FailsOnceAtEveryStep_LeavesNothing()
    {
        using var directory = new TemporaryDirectory();
        CollectionOptions options = Rows.Options(Metric.Dot, Dimension);
        for (int step = 1; ; step++)
        {
            string path = directory.Sub("create");
            try
            {
                Collection.Create(path, options, FaultyFiles.At(step, forEver: false)).Dispose();
                Assert.InRange(step, 8, 20);
                return;
            }
            catch (IndexStorageException)
            {
                Assert.False(Directory.Exists(path), $"Step {step} left a directory.");
            }
        }
    }

    [Fact]
    public void Delete_RemovesTheDirectory_UnlessOthersHaveFilesThere()
    {
        using var directory = new TemporaryDirectory();
        string path = Start(directory);
        Collection.Open(path).Delete();
        Assert.False(Directory.Exists(path));

        path = Start(directory);
        string mine = Path.Combine(path, "notes.txt");
        Collection collection = Collection.Open(path);
        File.WriteAllText(mine, "mine");
        collection.Delete();
        Assert.Throws<ObjectDisposedException>(() => collection.Count);
        Assert.Equal([mine], Directory.GetFileSystemEntries(path));
    }

    [Fact]
    public void Open_NewestSlotTornAnywhere_HasTheCommitBefore()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        byte[] before;
        byte[] after;
        string manifest = Path.Combine(path, "manifest");
        using (Collection collection = Rows.Create(path, Metric.Dot, Dimension, 40, 71))
        {
            before = File.ReadAllBytes(manifest);
            Rows.Add(collection, 40, 10, 71); // Few enough that the older segment stays.
            collection.Commit();
            after = File.ReadAllBytes(manifest);
        }

        // Commit 2 is in slot 0: a torn write has some bytes of the new slot and, behind them, those of
        // commit 0.
        for (int torn = 0; torn < ManifestSlot.SizeBytes; torn += torn < 160 ? 1 : Emulation.Choose(61, 613))
        {
            string cut = directory.CopyOf(path, "torn");
            File.WriteAllBytes(Path.Combine(cut, "manifest"), [.. after[..torn], .. before[torn..]]);
            using (Collection collection = Collection.Open(cut))
            {
                AssertRows(collection, 40);
            }

            // Where the cut shows, the rows of the newest slot are kept: it may have decayed instead of being
            // torn.
            bool isOldSlot = after.AsSpan(0, torn).SequenceEqual(before.AsSpan(0, torn));
            Assert.Equal(!isOldSlot, File.Exists(Path.Combine(cut, OrphanFiles.SegmentName(2))));
            Directory.Delete(cut, recursive: true);
        }
    }

    [Fact]
    public void Open_OneSlotDamaged_UsesTheOtherAndBothDamagedIsAnError()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        using (Collection collection = Rows.Create(path, Metric.Dot, Dimension, 40, 71))
        {
            Rows.Add(collection, 40, 10, 71);
            collection.Commit();
        }

        string manifest = Path.Combine(path, "manifest");
        byte[] bytes = File.ReadAllBytes(manifest);
        for (int offset = 0; offset < Manifest.FileBytes; offset += Emulation.Choose(7, 401))
        {
            byte[] damaged = (byte[])bytes.Clone();
            damaged[offset] ^= 0x10;
            File.WriteAllBytes(manifest, damaged);
            using Collection collection = Collection.Open(path);
            AssertRows(collection, offset < ManifestSlot.SizeBytes ? 40 : 50);
        }

        byte[] both = (byte[])bytes.Clone();
        both[5000] ^= 1;
        both[100] ^= 1;
        File.WriteAllBytes(manifest, both);
        Assert.Throws<IndexCorruptException>(() => Collection.Open(path));
        foreach (int length in (int[])[0, 1, 4095, 4096, 8191])
        {
            File.WriteAllBytes(manifest, bytes[..length]);
            Assert.Throws<IndexCorruptException>(() => Collection.Open(path));
        }

        File.Delete(manifest);
        Assert.Throws<IndexCorruptException>(() => Collection.Open(path));
        File.WriteAllBytes(manifest, bytes);
        using Collection whole = Collection.Open(path);
        AssertRows(whole, 50);
    }

    [Fact]
    public void Open_SlotOfANewerVersion_IsRefusedInsteadOfTakingTheOlderSlot()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        Rows.Create(path, Metric.Dot, Dimension, 40, 71).Dispose();
        string manifest = Path.Combine(path, "manifest");
        byte[] bytes = File.ReadAllBytes(manifest);
        var slot = System.Runtime.InteropServices.MemoryMarshal.Read<ManifestSlot>(
            bytes.AsSpan(ManifestSlot.SizeBytes));
        slot.Version = 2;
        slot.SlotChecksum = ManifestSlot.ChecksumOf(ref slot);
        ManifestSlot.AsBytes(ref slot).CopyTo(bytes.AsSpan(ManifestSlot.SizeBytes));
        File.WriteAllBytes(manifest, bytes);
        Assert.Contains(
            "version 2", Assert.Throws<IndexFormatException>(() => Collection.Open(path)).Message);
    }

    [Fact]
    public void Open_FilesThatNoCommitLists_AreRemovedAndOthersAreNot()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        Rows.Create(path, Metric.Dot, Dimension, 40, 71).Dispose();
        string[] names = ["segment-0000000077", "segment-0000000078.tmp", "segment-notes.txt", "my.txt"];
        foreach (string name in names)
        {
            File.WriteAllText(Path.Combine(path, name), "x");
        }

        using Collection collection = Collection.Open(path);
        Assert.Equal(
            ["LOCK", "collection.json", "manifest", "my.txt", "segment-0000000001", "segment-notes.txt"],
            Directory.GetFiles(path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Rows.Add(collection, 40, 1, 71);
        collection.Commit();
        Assert.Equal("segment-0000000078", collection.Segments[^1].FileName);
    }

    private static string Start(TemporaryDirectory directory)
    {
        string path = directory.Sub("start");
        Rows.Create(path, Metric.Dot, Dimension, 40, 71).Dispose();
        return path;
    }

    /// <summary>Steps that opening takes by itself.</summary>
    private static int Steps(string start, TemporaryDirectory directory)
    {
        string path = directory.CopyOf(start, "steps");
        var files = FaultyFiles.At(int.MaxValue, forEver: false);
        Collection.Open(path, files).Dispose();
        return files.Calls;
    }

    private static bool CommitUntil(string path, FaultyFiles files)
    {
        try
        {
            // Keys 30 to 59: ten rows are replaced by the same vectors, twenty are new.
            using Collection collection = Collection.Open(path, files);
            Rows.Add(collection, 30, 30, 71);
            collection.Commit();
            return true;
        }
        catch (IndexStorageException)
        {
            return false;
        }
    }

    private static void AssertRows(Collection collection, int count)
    {
        Assert.Equal(count, collection.Count);
        var matches = new Match[count + 1];
        Assert.Equal(
            count, collection.Search(Rows.Vector(1, 71, Dimension), new SearchScratch(), matches).MatchCount);
        Assert.Equal(
            Enumerable.Range(0, count).Select(key => (ulong)key),
            matches[..count].Select(match => match.Key).Order());
        foreach (Match match in matches[..count])
        {
            Assert.Equal(Rows.Payload(match.Key), collection.Payload(match).ToArray());
        }
    }
}
