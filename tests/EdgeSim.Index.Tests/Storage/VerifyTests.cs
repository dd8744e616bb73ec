using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Salvage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>What verifying says about sound collections, and about every kind of damage.</summary>
public sealed class VerifyTests : IDisposable
{
    private readonly TortureDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(2, 1, 5)]
    [InlineData(3, 3, 5)]
    [InlineData(4, 2, 3)]
    public void Verify_ASoundCollection_FindsNothing(ulong seed, int columns, int sealEvery)
    {
        var world = new RepairWorld(_directory.Sub("c"), seed, 40, columns, sealEvery);
        var heard = new List<VerifyProgress>();
        VerifyReport report = Collection.Verify(world.Path, heard.Add);
        Assert.Empty(report.Problems);
        Assert.True(report.IsSound);
        Assert.Equal(world.Truth.Count, report.Points);
        Assert.NotEmpty(heard);
        Assert.All(heard, step => Assert.InRange(step.BytesDone, 0, step.BytesTotal));
        using Collection collection = Collection.Open(world.Path);
        VerifyReport inside = collection.Verify();
        Assert.Empty(inside.Problems);
        Assert.Equal(world.Truth.Count, inside.Points);
    }

    [Fact]
    public void Verify_ChangesNothing()
    {
        var world = new RepairWorld(_directory.Sub("c"), 7, 20, 2, 6);
        string before = Fingerprint(world.Path);
        File.WriteAllText(Path.Combine(world.Path, "manifest"), "x");
        string damaged = Fingerprint(world.Path);
        Collection.Verify(world.Path, null);
        Assert.Equal(damaged, Fingerprint(world.Path));
        Assert.NotEqual(before, damaged);
    }

    [Fact]
    public void Verify_AnOpenCollection_IsRefused()
    {
        var world = new RepairWorld(_directory.Sub("c"), 8, 5);
        using Collection collection = Collection.Open(world.Path);
        Assert.Throws<IndexLockedException>(() => Collection.Verify(world.Path, null));
        Assert.Throws<IndexLockedException>(() => Collection.Repair(world.Path));
    }

    [Fact]
    public void Verify_NoCollection_IsRefused()
    {
        Assert.Throws<IndexFormatException>(() => Collection.Verify(_directory.Sub("nothing"), null));
        Assert.Throws<IndexFormatException>(() => Collection.Repair(_directory.Path));
    }

    [Fact]
    public void Verify_EverySectionDamaged_NamesFileAndOffset()
    {
        var world = new RepairWorld(_directory.Sub("c"), 9, 60, 2, 20);
        foreach (string path in Directory.GetFiles(world.Path, "segment-*"))
        {
            SegmentHeader header = SalvageHeader.TryRead(path)!.Value;
            for (int i = 0; i < header.SectionCount; i++)
            {
                SectionEntry section = header.Sections[i];
                if (section.Bytes > 0)
                {
                    long at = (long)(section.Offset + (section.Bytes / 2));
                    Flip(path, at);
                    VerifyReport report = Collection.Verify(world.Path, null);
                    Assert.Contains(
                        report.Problems,
                        problem => problem.File == path && problem.Offset == (long)section.Offset
                            && problem.Severity == VerifySeverity.Error);
                    Flip(path, at);
                }
            }

            Flip(path, 70);
            AssertError(world.Path, path, 4092);
            Flip(path, 70);
        }

        Assert.True(Collection.Verify(world.Path, null).IsSound);
    }

    [Fact]
    public void Verify_SmallFilesDamaged_NamesThem()
    {
        RepairWorld world = WithState();
        string log = Directory.GetFiles(world.Path, "log-*").Single();
        Flip(log, 20);
        AssertError(world.Path, log, 0);
        Flip(log, 20);
        Flip(log, LogHeader.SizeBytes + 40);
        AssertError(world.Path, log, LogHeader.SizeBytes);
        Flip(log, LogHeader.SizeBytes + 40);
        string state = Directory.GetFiles(world.Path, "state-*").Single();
        Flip(state, 65);
        AssertError(world.Path, state, 0);
        Flip(state, 65);
        string manifest = Path.Combine(world.Path, Manifest.FileName);
        Flip(manifest, 40);
        Flip(manifest, 40 + ManifestSlot.SizeBytes);
        AssertError(world.Path, manifest, 0);
        AssertError(world.Path, manifest, ManifestSlot.SizeBytes);
        Flip(manifest, 40);
        Assert.Contains(
            Collection.Verify(world.Path, null).Problems,
            problem => problem.File == manifest && problem.Offset == ManifestSlot.SizeBytes);
        Flip(manifest, 40 + ManifestSlot.SizeBytes);
        string descriptor = Path.Combine(world.Path, Descriptor.FileName);
        Flip(descriptor, 30);
        AssertError(world.Path, descriptor, null);
        Flip(descriptor, 30);
        Assert.True(Collection.Verify(world.Path, null).IsSound);
        foreach (string path in Directory.GetFiles(world.Path))
        {
            if (Path.GetFileName(path) != DirectoryLock.FileName)
            {
                File.Move(path, _directory.Sub("away"));
                AssertError(world.Path, path, null);
                File.Move(_directory.Sub("away"), path);
            }
        }
    }

    [Fact]
    public void Verify_StrangeFiles_AreNotes()
    {
        var world = new RepairWorld(_directory.Sub("c"), 11, 10, 1, 4);
        File.WriteAllText(Path.Combine(world.Path, "segment-0000000099"), "x");
        File.WriteAllText(Path.Combine(world.Path, "segment-0000000098.tmp"), "x");
        File.WriteAllText(Path.Combine(world.Path, "holiday.txt"), "x");
        VerifyReport report = Collection.Verify(world.Path, null);
        Assert.True(report.IsSound);
        Assert.Equal(3, report.Problems.Count);
        Assert.All(report.Problems, problem => Assert.StartsWith("note: ", problem.ToString()));
    }

    /// <summary>One with few dead rows, which no merge has taken yet.</summary>
    private RepairWorld WithState()
    {
        for (ulong seed = 100; ; seed++)
        {
            var world = new RepairWorld(_directory.Sub("c" + seed), seed, 7, 1, 3);
            if (Directory.GetFiles(world.Path, "state-*").Length == 1)
            {
                return world;
            }
        }
    }

    internal static void Flip(string path, long at)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[at] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    }

    internal static string Fingerprint(string directory)
        => string.Join('\n', Directory.GetFiles(directory).Order(StringComparer.Ordinal).Select(path =>
            Path.GetFileName(path) == DirectoryLock.FileName
                ? ""
                : $"{path} {Crc32C.Of(File.ReadAllBytes(path)):x8}"));

    private static void AssertError(string collection, string file, long? offset)
    {
        VerifyReport report = Collection.Verify(collection, null);
        Assert.False(report.IsSound);
        Assert.True(
            report.Problems.Any(problem => problem.File == file && problem.Offset == offset
                && problem.Severity == VerifySeverity.Error),
            $"{file}, {offset}:\n" + string.Join('\n', report.Problems));
    }
}
