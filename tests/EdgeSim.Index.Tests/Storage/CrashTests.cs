using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>Creation that is cut off, manifests that are torn, files that nobody lists.</summary>
public sealed class CrashTests
{
    private const int Dimension = 6;

    [Fact]
    public void Create_StoppedAtEveryStep_CanBeCreatedAgain()
    {
        using var directory = new TemporaryDirectory();
        CollectionOptions options = Rows.Options(Metric.Dot, Dimension);
        for (int step = 1; ; step++)
        {
            string path = directory.Sub($"create{step}");
            try
            {
                Collection.Create(path, options, Rows.Quiet, FaultyFiles.At(step, forEver: true)).Dispose();
                Assert.InRange(step, 8, 30);
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
                Collection.Create(path, options, Rows.Quiet, FaultyFiles.At(step, forEver: false)).Dispose();
                Assert.InRange(step, 8, 30);
                return;
            }
            catch (IndexStorageException)
            {
                Assert.False(Directory.Exists(path), $"Step {step} left a directory.");
            }
        }
    }

    [Fact]
    public void Open_NewestSlotTornAnywhere_HasTheSameRowsFromTheLog()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        string manifest = Path.Combine(path, "manifest");
        using (Rows.Create(path, Metric.Dot, Dimension, 40, 71))
        {
            // Slot 1 says that 40 rows are in a segment; slot 0 is the empty collection.
        }

        byte[] before;
        byte[] after;
        using (Collection collection = Collection.Open(path, Rows.Quiet))
        {
            Rows.Add(collection, 40, 10, 71);
            before = File.ReadAllBytes(manifest);
            collection.Dispose(); // Notes how far the log goes, in slot 0.
            after = File.ReadAllBytes(manifest);
        }

        Assert.NotEqual(before[..ManifestSlot.SizeBytes], after[..ManifestSlot.SizeBytes]);
        for (int torn = 0; torn < ManifestSlot.SizeBytes; torn += torn < 200 ? 1 : Emulation.Choose(61, 613))
        {
            string cut = directory.CopyOf(path, "torn");
            File.WriteAllBytes(Path.Combine(cut, "manifest"), [.. after[..torn], .. before[torn..]]);
            using (Collection collection = Collection.Open(cut))
            {
                Rows.AssertHolds(collection, 50);
            }

            Directory.Delete(cut, recursive: true);
        }
    }

    [Fact]
    public void Open_BothSlotsDamagedOrTheFileShort_IsAnError()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        Rows.Create(path, Metric.Dot, Dimension, 40, 71).Dispose();
        string manifest = Path.Combine(path, "manifest");
        byte[] bytes = File.ReadAllBytes(manifest);
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
        Rows.AssertHolds(whole, 40);
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
        slot.Version = 3;
        slot.SlotChecksum = ManifestSlot.ChecksumOf(ref slot);
        ManifestSlot.AsBytes(ref slot).CopyTo(bytes.AsSpan(ManifestSlot.SizeBytes));
        File.WriteAllBytes(manifest, bytes);
        Assert.Contains(
            "version 3", Assert.Throws<IndexFormatException>(() => Collection.Open(path)).Message);
    }

    [Fact]
    public void Open_FilesThatNoSlotLists_AreRemovedAndOthersAreNot()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c");
        Rows.Create(path, Metric.Dot, Dimension, 40, 71).Dispose();
        string[] names =
        [
            "segment-0000000077", "segment-0000000078.tmp", "state-0000000090", "state-0000000091.tmp",
            "log-0000000001", "segment-notes.txt", "my.txt",
        ];
        foreach (string name in names)
        {
            File.WriteAllText(Path.Combine(path, name), "x");
        }

        using Collection collection = Collection.Open(path, Rows.Quiet);
        Assert.Equal(
            [
                "LOCK", "collection.json", "log-0000000002", "manifest", "my.txt", "segment-0000000001",
                "segment-notes.txt",
            ],
            Directory.GetFiles(path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Rows.Add(collection, 40, 1, 71);
        collection.Seal();
        Assert.Equal("segment-0000000091", collection.Segments[^1].FileName);
        Rows.AssertHolds(collection, 41);
    }

    [Fact]
    public void Open_UncutLogOfManyProcesses_IsReadInOrder()
    {
        using var directory = new TemporaryDirectory();
        string path = directory.Sub("c0");
        Rows.Create(path, Metric.Dot, Dimension, 10, 71).Dispose();
        int count = 10;
        for (int life = 1; life <= 12; life++)
        {
            using Collection collection = Collection.Open(path, Rows.Quiet);
            Rows.AssertHolds(collection, count);
            Rows.Add(collection, (ulong)count - 3, 5, 71);
            count += 2;
            path = directory.CopyOf(path, $"c{life}"); // As if it had been killed here.
        }

        using Collection last = Collection.Open(path);
        Rows.AssertHolds(last, count);
        Assert.InRange(Directory.GetFiles(path, "log-*").Length, 1, IndexLimits.LogFilesMax + 2);
        Assert.True(last.Segments.Count > 1); // So many logs were reason enough to seal.
    }
}
