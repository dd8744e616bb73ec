using System.Formats.Tar;
using System.IO.Compression;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Salvage;
using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>What a repair keeps, what it says is lost, and that it survives a power cut.</summary>
public sealed class RepairTests : IDisposable
{
    private readonly TortureDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Repair_ASoundCollection_ChangesNothing()
    {
        var world = new RepairWorld(_directory.Sub("c"), 1, 30, 2, 8);
        string before = VerifyTests.Fingerprint(world.Path);
        RepairReport report = Collection.Repair(world.Path);
        Assert.False(report.IsRepaired);
        Assert.Equal(world.Truth.Count, report.Points);
        Assert.Equal(before, VerifyTests.Fingerprint(world.Path));
        Assert.Empty(Directory.GetDirectories(world.Path));
    }

    [Theory]
    [InlineData(SectionId.Codes)]
    [InlineData(SectionId.Scales)]
    [InlineData(SectionId.SquareSums)]
    [InlineData(SectionId.CodeSums)]
    [InlineData(SectionId.Owners)]
    [InlineData(SectionId.Vectors)]
    [InlineData(SectionId.Keys)]
    [InlineData(SectionId.KeyHighs)]
    [InlineData(SectionId.KeyKinds)]
    [InlineData(SectionId.KeyOrder)]
    [InlineData(SectionId.KeyFilter)]
    [InlineData(SectionId.PayloadOffsets)]
    [InlineData(SectionId.Payloads)]
    [InlineData(SectionId.Checksums)]
    public void Repair_OneSectionDamaged_LosesWhatIsInItsBlockOnly(object section)
    {
        for (ulong seed = 30; seed < 36; seed++)
        {
            // Long enough for several blocks of codes and payloads, and for a key filter.
            var world = new RepairWorld(
                _directory.Sub("c" + seed), seed, 50, seed % 2 == 0 ? 1 : 2, 48, isLarge: true);
            string path = Directory.GetFiles(world.Path, "segment-*").Single();
            SegmentHeader header = SalvageHeader.TryRead(path)!.Value;
            bool isThere = false;
            for (int i = 0; i < header.SectionCount; i++)
            {
                if (header.Sections[i].Id == (uint)(SectionId)section && header.Sections[i].Column == 0)
                {
                    SectionEntry entry = header.Sections[i];
                    VerifyTests.Flip(path, (long)(entry.Offset + (entry.Bytes / 2)));
                    isThere = true;
                }
            }

            RepairReport report = Collection.Repair(world.Path);
            Assert.Equal(isThere, report.IsRepaired);
            AssertRepaired(world, report);
            AssertExact(world, report);
            bool isDerived = section is SectionId.SquareSums or SectionId.CodeSums or SectionId.KeyOrder
                or SectionId.KeyFilter or SectionId.Owners or SectionId.Vectors;
            Assert.True(!isDerived || (report.PointsLost == 0 && report.VectorsLostCount == 0), "derived");
        }
    }

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(40, 4)]
    [InlineData(128, 64)]
    [InlineData(4092, 4)]
    public void Repair_HeaderOfASegmentDestroyed_IsMadeAgain(int offset, int count)
    {
        for (ulong seed = 40; seed < 44; seed++)
        {
            var world = new RepairWorld(_directory.Sub("c" + seed), seed, 30, 1, 10);
            string path = Directory.GetFiles(world.Path, "segment-*")[0];
            byte[] bytes = File.ReadAllBytes(path);
            bytes.AsSpan(offset, count).Fill(0xAA);
            File.WriteAllBytes(path, bytes);
            RepairReport report = Collection.Repair(world.Path);
            Assert.Equal((0, 0), (report.PointsLost, report.BatchesLost));
            AssertRepaired(world, report);
            Assert.Equal(world.Truth, RepairWorld.Read(world.Path));
        }
    }

    [Fact]
    public void Repair_ALogDamagedInTheMiddle_AppliesWhatFollows()
    {
        var world = new RepairWorld(_directory.Sub("c"), 50, 10);
        string log = Directory.GetFiles(world.Path, "log-*").Single();
        List<(int At, ulong Sequence)> records = Records(log);
        (int at, ulong sequence) = records[5];
        VerifyTests.Flip(log, at + LogRecordHeader.SizeBytes + 3);
        Assert.Throws<IndexCorruptException>(() => Collection.Open(world.Path));
        RepairReport report = Collection.Repair(world.Path);
        Assert.Equal(1, report.BatchesLost);
        RepairLoss loss = Assert.Single(report.Losses);
        Assert.Equal((log, (long?)at), (loss.File, loss.Offset));
        Assert.Contains($"batch {sequence} ", loss.What);
        AssertRepaired(world, report);
        int same = RepairWorld.Read(world.Path)
            .Count(pair => world.Truth.GetValueOrDefault(pair.Key) == pair.Value);
        Assert.InRange(same, world.Truth.Count - 12, world.Truth.Count);
    }

    [Fact]
    public void Repair_TheEndOfALogCut_LosesTheLastBatch()
    {
        var world = new RepairWorld(_directory.Sub("c"), 51, 8);
        string log = Directory.GetFiles(world.Path, "log-*").Single();
        (int at, ulong sequence) = Records(log)[^1];
        using (FileStream file = File.OpenWrite(log))
        {
            file.SetLength(at + 40);
        }

        RepairReport report = Collection.Repair(world.Path);
        Assert.Equal(1, report.BatchesLost);
        Assert.Equal((log, (long?)at), (report.Losses[0].File, report.Losses[0].Offset));
        Assert.Contains($"batch {sequence} ", report.Losses[0].What);
        AssertRepaired(world, report);
    }

    [Theory]
    [InlineData("log-", false)]
    [InlineData("segment-", false)]
    [InlineData("state-", false)]
    [InlineData("manifest", true)]
    [InlineData("collection.json", true)]
    public void Repair_AFileIsGone_TheOthersAreKept(string prefix, bool losesNothing)
    {
        for (ulong seed = 60; seed < 75; seed++)
        {
            var world = new RepairWorld(_directory.Sub("c" + seed), seed, 9, 1, 4);
            foreach (string path in Directory.GetFiles(world.Path, prefix + "*"))
            {
                File.Delete(path);
            }

            bool isSound = Collection.Verify(world.Path, null).IsSound;
            RepairReport report = Collection.Repair(world.Path);
            Assert.Equal(!isSound, report.IsRepaired);
            AssertRepaired(world, report, prefix == "collection.json");
            if (prefix == "collection.json")
            {
                Assert.NotEmpty(report.Uncertain);
                Assert.Equal(world.Truth, RepairWorld.Read(world.Path));
            }
            else if (losesNothing)
            {
                Dictionary<Key, string> found = RepairWorld.Read(world.Path);
                Assert.All(world.Truth, pair => Assert.Equal(pair.Value, found[pair.Key]));
                Assert.NotEmpty(report.Uncertain);
            }
        }
    }

    [Fact]
    public void Repair_OneBitOfTheDescriptorFlipped_RestoresTheVeryFile()
    {
        var world = new RepairWorld(_directory.Sub("c"), 80, 10, 3, 4);
        string path = Path.Combine(world.Path, Descriptor.FileName);
        byte[] written = File.ReadAllBytes(path);
        for (int i = 0; i < written.Length; i += 13)
        {
            VerifyTests.Flip(path, i);
            RepairReport report = Collection.Repair(world.Path);
            Assert.True(report.IsRepaired);
            Assert.Empty(report.Uncertain);
            Assert.Equal(written, File.ReadAllBytes(path));
        }

        Assert.Equal(world.Truth, RepairWorld.Read(world.Path));
    }

    [Fact]
    public void Repair_TheDescriptorOfSeveralVectorsGone_IsRefusedUntilOneIsGiven()
    {
        var world = new RepairWorld(_directory.Sub("c"), 81, 10, 3, 4);
        File.Delete(Path.Combine(world.Path, Descriptor.FileName));
        string before = VerifyTests.Fingerprint(world.Path);
        IndexFormatException refused =
            Assert.Throws<IndexFormatException>(() => Collection.Repair(world.Path));
        Assert.Contains("create an empty collection", refused.Message);
        Assert.Equal(before, VerifyTests.Fingerprint(world.Path));
        Collection.Create(_directory.Sub("other"), world.Options).Dispose();
        File.Copy(
            Path.Combine(_directory.Sub("other"), Descriptor.FileName),
            Path.Combine(world.Path, Descriptor.FileName));
        RepairReport report = Collection.Repair(world.Path);
        Assert.Single(report.Uncertain);
        Assert.Equal(world.Truth, RepairWorld.Read(world.Path));
        AssertRepaired(world, report);
    }

    [Fact]
    public void Repair_ACollectionOfVersion1_KeepsItsPayloadsAsTheyAre()
    {
        using (FileStream packed = File.OpenRead(
            Path.Combine(AppContext.BaseDirectory, "fixtures", "index-v1.tar.gz")))
        using (var unpacked = new GZipStream(packed, CompressionMode.Decompress))
        {
            TarFile.ExtractToDirectory(unpacked, _directory.Path, overwriteFiles: false);
        }

        string path = _directory.Sub("index-v1");
        Assert.Empty(Collection.Verify(path, null).Problems);
        Dictionary<Key, string> before = RepairWorld.Read(path);
        foreach (string segment in Directory.GetFiles(path, "segment-*"))
        {
            SegmentHeader header = SalvageHeader.TryRead(segment)!.Value;
            VerifyTests.Flip(segment, (long)SegmentOpener.Find(header, SectionId.KeyOrder, segment).Offset);
        }

        RepairReport report = Collection.Repair(path);
        Assert.Equal((true, 0, 0), (report.IsRepaired, report.PointsLost, report.VectorsLostCount));
        Assert.True(Collection.Verify(path, null).IsSound);
        Assert.Equal(before, RepairWorld.Read(path));
    }

    [Fact]
    public void Repair_SetsAsideWhatItReplaces_WhereItIsTold()
    {
        var world = new RepairWorld(_directory.Sub("c"), 82, 20, 1, 8);
        string segment = Directory.GetFiles(world.Path, "segment-*")[0];
        VerifyTests.Flip(segment, SegmentHeader.SizeBytes);
        byte[] damaged = File.ReadAllBytes(segment);
        byte[] manifest = File.ReadAllBytes(Path.Combine(world.Path, Manifest.FileName));
        Directory.CreateDirectory(_directory.Sub("aside"));
        RepairReport report = Collection.Repair(world.Path, _directory.Sub("aside"));
        Assert.Equal(_directory.Sub("aside"), Path.GetDirectoryName(report.AsideFolder));
        Assert.Equal(
            [.. report.AsideFiles.Append("report.txt").Order(StringComparer.Ordinal)],
            Directory.GetFiles(report.AsideFolder!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(
            damaged, File.ReadAllBytes(Path.Combine(report.AsideFolder!, Path.GetFileName(segment))));
        Assert.Equal(manifest, File.ReadAllBytes(Path.Combine(report.AsideFolder!, Manifest.FileName)));
        string text = File.ReadAllText(Path.Combine(report.AsideFolder!, "report.txt"));
        Assert.All(report.LostKeys, key => Assert.Contains($"\n  {key}\n", text));
        Assert.Empty(Directory.GetDirectories(world.Path));
    }

    /// <summary>Opens, is sound, and holds nothing that was not written.</summary>
    internal static void AssertRepaired(RepairWorld world, RepairReport report, bool isRenamed = false)
    {
        VerifyReport after = Collection.Verify(world.Path, null);
        Assert.True(after.IsSound, string.Join('\n', after.Problems));
        Assert.True(!report.IsRepaired || after.Problems.Count == 0, string.Join('\n', after.Problems));
        Dictionary<Key, string> found = RepairWorld.Read(world.Path);
        Assert.Equal(report.Points, found.Count);
        Assert.All(
            found,
            pair => Assert.True(
                world.WasWritten(pair.Key, pair.Value), $"{pair.Key} is invented: {pair.Value}"));
        Assert.All(report.LostKeys, key => Assert.False(found.ContainsKey(key), $"{key} is there"));
        Assert.False(isRenamed && report.Uncertain.Count == 0);
    }

    /// <summary>What is not the truth is reported, point by point; for damage to segments alone.</summary>
    internal static void AssertExact(RepairWorld world, RepairReport report)
    {
        Dictionary<Key, string> found = RepairWorld.Read(world.Path);
        Assert.Equal(0, report.BatchesLost);
        Assert.Equal(world.Truth.Count - found.Count, report.PointsLost);
        Key[] missing = [.. world.Truth.Keys.Where(key => !found.ContainsKey(key)).Order()];
        Assert.Equal(missing.Length, report.LostKeys.Count + report.PointsLostUnnamed);
        Assert.All(report.LostKeys, key => Assert.Contains(key, missing));
        Assert.Equal(report.LostKeys.Count, report.LostKeys.Distinct().Count());
        foreach ((Key key, string point) in found)
        {
            int lost = world.Truth[key].Split('|').Length - point.Split('|').Length;
            int said = report.VectorsLost.Count(vector => vector.Key == key);
            Assert.InRange(lost, 0, said);

            // Of several vectors a point need not have each, and the map that says so may be what is damaged.
            Assert.True(lost == said || world.Options.Vectors.Count > 1, $"{key}");
            Assert.StartsWith(point.Split('|')[0], world.Truth[key]);
            Assert.All(point.Split('|'), part => Assert.Contains(part, world.Truth[key]));
        }
    }

    internal static List<(int At, ulong Sequence)> Records(string log)
    {
        byte[] bytes = File.ReadAllBytes(log);
        LogReader reader = LogReader.Parse(
            bytes, log, uint.Parse(Path.GetFileName(log)[4..]), BitConverter.ToUInt64(bytes, 16));
        var records = new List<(int, ulong)>();
        int at = reader.Position;
        while (reader.TryRead(out LogRecordHeader header, out _))
        {
            records.Add((at, header.Sequence));
            at = reader.Position;
        }

        return records;
    }
}
