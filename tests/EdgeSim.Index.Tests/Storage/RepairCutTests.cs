using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Salvage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>
/// The power goes at every step of a repair. Afterwards the collection is damaged as before or repaired, and
/// repairing it again ends in what one repair without a cut makes.
/// </summary>
public sealed class RepairCutTests : IDisposable
{
    private readonly TortureDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1, "segment-", false)]
    [InlineData(2, "segment-", true)]
    [InlineData(3, "log-", false)]
    [InlineData(4, "manifest", true)]
    [InlineData(5, "collection.json", false)]
    [InlineData(6, "", true)]
    [InlineData(7, "", false)]
    [InlineData(8, "state-", true)]
    public void Repair_CutOffAtAnyStep_IsDoneByTheNext(ulong seed, string prefix, bool isOpenedBetween)
    {
        RepairWorld world = Damaged(seed, prefix);
        Dictionary<Key, string> expected = Repaired(world, out int calls);
        for (int call = 1; call <= calls; call++)
        {
            string path = Copy(world.Path, "cut");
            Assert.ThrowsAny<IndexException>(
                () => Collection.Repair(path, null, null, FaultyFiles.At(call, forEver: true)));
            bool isSound = Collection.Verify(path, null).IsSound;
            if (isOpenedBetween && CanOpen(path) && isSound)
            {
                Assert.Equal(expected, RepairWorld.Read(path));
            }

            RepairReport report = Collection.Repair(path);
            Assert.True(Collection.Verify(path, null).IsSound, $"call {call}");
            Assert.False(File.Exists(Path.Combine(path, "repair")), $"call {call}");
            Assert.Equal(expected, RepairWorld.Read(path));
            AssertNothingDeleted(world.Path, path, report, call);
        }
    }

    [Theory]
    [InlineData(31, "segment-")]
    [InlineData(32, "")]
    public void Repair_TheDiskRefusesOnce_LeavesNothingHalf(ulong seed, string prefix)
    {
        RepairWorld world = Damaged(seed, prefix);
        Dictionary<Key, string> expected = Repaired(world, out int calls);
        string before = Names(world.Path);
        for (int call = 1; call <= calls; call++)
        {
            string path = Copy(world.Path, "refused");
            try
            {
                Collection.Repair(path, null, null, FaultyFiles.At(call, forEver: false));
            }
            catch (IndexException)
            {
                Assert.False(File.Exists(Path.Combine(path, "repair")), $"call {call}");
                Assert.True(Names(path) == before || Collection.Verify(path, null).IsSound, $"call {call}");
            }

            Collection.Repair(path);
            Assert.Equal(expected, RepairWorld.Read(path));
        }
    }

    private static string Names(string path) => string.Join(
        ' ', Directory.GetFiles(path).Order(StringComparer.Ordinal).Select(Path.GetFileName));

    [Theory]
    [InlineData(11, "segment-")]
    [InlineData(12, "manifest")]
    [InlineData(13, "log-")]
    public void Repair_AnyPowerCutBeforeFilesAreSetAside_LeavesOneOrTheOther(ulong seed, string prefix)
    {
        RepairWorld world = Damaged(seed, prefix);
        Dictionary<Key, string> expected = Repaired(world, out _);
        DiskImage start = ImageOf(world.Path);
        string path = _directory.Sub("traced");
        start.WriteTo(path);
        var files = new RecordedFiles(path, start);
        // A rename into another directory is more than the model knows.
        Assert.Throws<NotSupportedException>(() => Collection.Repair(path, null, null, files));
        TraceStep[] trace = files.ToTrace();
        for (int position = 0; position <= trace.Length; position++)
        {
            foreach (CutMode mode in Enum.GetValues<CutMode>())
            {
                var cut = new PowerCut(position, mode, 0);
                var model = new DiskModel(start);
                for (int i = 0; i < position; i++)
                {
                    model.Apply(trace[i]);
                }

                SplitMix64 random = cut.Generator(seed);
                string after = _directory.Sub("after");
                model.Image(mode, ref random).WriteTo(after);
                Collection.Repair(after);
                Assert.True(Collection.Verify(after, null).IsSound, cut.ToString());
                Assert.Equal(expected, RepairWorld.Read(after));
            }
        }
    }

    [Fact]
    public void Open_AfterARepairThatWasCutOff_WritesOnWithoutMixingTheTwo()
    {
        RepairWorld world = Damaged(21, "segment-");
        _ = Repaired(world, out int calls);
        for (int call = 1; call <= calls; call++)
        {
            string path = Copy(world.Path, "cut");
            Assert.ThrowsAny<IndexException>(
                () => Collection.Repair(path, null, null, FaultyFiles.At(call, forEver: true)));
            if (CanOpen(path))
            {
                using Collection collection = Collection.Open(path);
                Assert.False(File.Exists(Path.Combine(path, "repair")));
                collection.Upsert(777_777, new float[20]);
                collection.Seal();
            }

            bool wasWritten = CanOpen(path);
            Collection.Repair(path);
            Assert.True(Collection.Verify(path, null).IsSound);
            Assert.True(!wasWritten || RepairWorld.Read(path).ContainsKey(777_777), $"call {call}");
        }
    }

    [Fact]
    public void Repair_TheNewestSlotDecayed_TakesTheFilesThatAreThere()
    {
        int needed = 0;
        for (ulong seed = 41; seed < 61; seed++)
        {
            var world = new RepairWorld(_directory.Sub("d" + seed), seed, 8, 1, 3);
            using (Collection collection = Collection.Open(world.Path))
            {
                // Now the slot before names a log that is gone.
                collection.Seal();
            }

            string manifest = Path.Combine(world.Path, Manifest.FileName);
            ManifestSlot newest = SlotEvidence.Read(world.Path, new ProblemList()).Whole[0];
            VerifyTests.Flip(manifest, Manifest.OffsetOf(newest.Commit) + 50);
            RepairReport report = Collection.Repair(world.Path);
            Dictionary<Key, string> found = RepairWorld.Read(world.Path);
            Assert.All(world.Truth, pair => Assert.Equal(pair.Value, found[pair.Key]));
            Assert.Equal((0, 0), (report.PointsLost, report.BatchesLost));
            Assert.Equal(report.IsRepaired, report.Uncertain.Count > 0);
            needed += report.IsRepaired ? 1 : 0;
        }

        Assert.InRange(needed, 1, 20);
    }

    [Fact]
    public void Repair_ABatchThatHadFailed_StaysOut()
    {
        string path = _directory.Sub("failed");
        var files = new FaultyFiles();
        CollectionOptions options = CollectionOptions.Of(
            new VectorOptions { Dimension = 3, Metric = Metric.Dot, Fingerprint = "" });
        var settings = new CollectionSettings { IsBackground = false };
        using (Collection collection = Collection.Create(path, options, settings, files))
        {
            collection.Upsert(1, [1, 2, 3]);

            // The record is in the file, and neither its flush nor cutting it off succeeds.
            files.FailWhen(call => call.Kind is TraceKind.Flush or TraceKind.SetLength, Errno.InputOutput);
            Assert.Throws<IndexStorageException>(() => collection.Upsert(2, [1, 2, 3]));
            files.Heal();
            collection.Upsert(3, [1, 2, 3]);
            collection.Upsert(4, [1, 2, 3]);
        }

        string[] logs = Directory.GetFiles(path, "log-*");
        Array.Sort(logs, StringComparer.Ordinal);
        Assert.Equal(2, logs.Length);
        Assert.Equal(2, RepairTests.Records(logs[0]).Count);
        VerifyTests.Flip(logs[1], RepairTests.Records(logs[1])[1].At + LogRecordHeader.SizeBytes + 1);
        RepairReport report = Collection.Repair(path);
        Assert.Equal(1, report.BatchesLost);
        Assert.Equal([1UL, 3UL], RepairWorld.Read(path).Keys.Select(key => key.Number).Order());
    }

    private static bool CanOpen(string path)
    {
        try
        {
            Collection.Open(path).Dispose();
            return true;
        }
        catch (IndexException)
        {
            return false;
        }
    }

    /// <summary>Every file that was there is there still, or in a folder beside, byte for byte.</summary>
    private static void AssertNothingDeleted(string before, string after, RepairReport report, int call)
    {
        HashSet<string> kept = [.. Directory.GetFiles(after, "*", SearchOption.AllDirectories)
            .Select(path => Convert.ToHexString(File.ReadAllBytes(path)))];
        foreach (string path in Directory.GetFiles(before))
        {
            if (Path.GetFileName(path) != DirectoryLock.FileName)
            {
                Assert.True(
                    kept.Contains(Convert.ToHexString(File.ReadAllBytes(path))),
                    $"call {call}: {Path.GetFileName(path)} is gone; {report.AsideFolder}");
            }
        }
    }

    /// <summary>A damaged collection that can be repaired.</summary>
    private RepairWorld Damaged(ulong seed, string prefix)
    {
        for (int i = 0; ; i++)
        {
            var random = new SplitMix64((seed * 1000) + (ulong)i);
            string path = _directory.Sub($"world{i}");
            var world = new RepairWorld(path, random.Next(), 10, 1, 4);
            RepairDamageTests.Damage(path, ref random, 3, name => name.StartsWith(prefix));
            string copy = Copy(path, "try");
            if (!Collection.Verify(copy, null).IsSound && IsRepairable(copy))
            {
                return world;
            }
        }
    }

    private static bool IsRepairable(string path)
    {
        try
        {
            return Collection.Repair(path).IsRepaired;
        }
        catch (IndexException)
        {
            return false;
        }
    }

    private Dictionary<Key, string> Repaired(RepairWorld world, out int calls)
    {
        string path = Copy(world.Path, "whole");
        var files = new FaultyFiles();
        RepairReport report = Collection.Repair(path, null, null, files);
        calls = files.Calls;
        Assert.True(report.IsRepaired);
        return RepairWorld.Read(path);
    }

    private string Copy(string directory, string name)
    {
        string target = _directory.Sub(name);
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        Directory.CreateDirectory(target);
        foreach (string file in Directory.GetFiles(directory))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        return target;
    }

    private static DiskImage ImageOf(string directory)
    {
        var image = new DiskImage();
        foreach (string path in Directory.GetFiles(directory))
        {
            var bytes = new FileBytes();
            bytes.Write(File.ReadAllBytes(path), 0);
            image.Files.Add(Path.GetFileName(path), bytes);
        }

        return image;
    }
}
