using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>
/// A damaged collection either answers as if nothing had happened or throws one of our errors: never another exception,
/// never another answer. Every bit that has a meaning is flipped; every file is cut at many lengths.
/// </summary>
public sealed class DamageTests : IDisposable
{
    private const int Dimension = 5;
    private const int RowCount = 9;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _path;
    private readonly Match[] _answer = new Match[RowCount];
    private readonly float[] _query = Rows.Vector(4, 61, Dimension);

    public DamageTests()
    {
        _path = _directory.Sub("c");
        using Collection collection = Rows.Create(_path, Metric.Dot, Dimension, RowCount, 61);
        collection.Search(_query, new SearchScratch(), _answer);
    }

    private string SegmentPath => Path.Combine(_path, OrphanFiles.SegmentName(1));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_OneBitOfTheSegmentFlipped_IsNoticedWhereverItMatters()
    {
        byte[] bytes = File.ReadAllBytes(SegmentPath);
        bool[] matters = BytesThatMatter(bytes.Length);
        int noticed = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            // Gaps between sections are never read: one bit of every 101st byte shows that.
            for (int bit = 0; bit < 8; bit++)
            {
                if (Skip(i, bit, matters[i]))
                {
                    continue;
                }

                Patch(SegmentPath, i, (byte)(bytes[i] ^ (1 << bit)));
                bool isNoticed = IsNoticed();
                Assert.True(isNoticed == matters[i], $"Byte {i}, bit {bit}: {(isNoticed ? "refused" : "accepted")}.");
                noticed += isNoticed ? 1 : 0;
            }

            Patch(SegmentPath, i, bytes[i]);
        }

        Assert.True(noticed > 500, $"Only {noticed} flips were tried.");
        Assert.False(IsNoticed());
    }

    [Fact]
    public void Open_SegmentCutAnywhere_IsRefused()
    {
        byte[] bytes = File.ReadAllBytes(SegmentPath);
        int step = Emulation.Choose(13, 499);
        for (int length = 0; length < bytes.Length; length += length is > 4080 and < 4110 ? 1 : step)
        {
            File.WriteAllBytes(SegmentPath, bytes[..length]);
            var error = Assert.Throws<IndexCorruptException>(() => Collection.Open(_path));
            Assert.Equal(SegmentPath, error.Path);
        }

        File.WriteAllBytes(SegmentPath, bytes[..^1]);
        Assert.Throws<IndexCorruptException>(() => Collection.Open(_path));
        File.WriteAllBytes(SegmentPath, [.. bytes, 0]);
        Assert.Throws<IndexCorruptException>(() => Collection.Open(_path));
        File.WriteAllBytes(SegmentPath, bytes);
        Assert.False(IsNoticed());
    }

    [Fact]
    public void Open_SegmentReplaced_SaysByWhat()
    {
        byte[] bytes = File.ReadAllBytes(SegmentPath);
        File.WriteAllBytes(SegmentPath, new byte[8192]);
        Assert.Contains("not begin like", Assert.Throws<IndexFormatException>(() => Collection.Open(_path)).Message);

        byte[] future = (byte[])bytes.Clone();
        future[8] = 2;
        File.WriteAllBytes(SegmentPath, future);
        Assert.Contains("version 2", Assert.Throws<IndexFormatException>(() => Collection.Open(_path)).Message);

        using (Rows.Create(_directory.Sub("other"), Metric.Dot, Dimension, RowCount, 61))
        {
            File.Copy(Path.Combine(_directory.Sub("other"), OrphanFiles.SegmentName(1)), SegmentPath, overwrite: true);
            Assert.Contains("another collection", Assert.Throws<IndexFormatException>(() => Collection.Open(_path)).Message);
        }

        File.Delete(SegmentPath);
        Assert.Contains("missing", Assert.Throws<IndexCorruptException>(() => Collection.Open(_path)).Message);
    }

    [Fact]
    public void Open_SegmentOfAnEarlierCommitUnderTheName_IsNoticed()
    {
        byte[] first = File.ReadAllBytes(SegmentPath);
        using (Collection collection = Collection.Open(_path))
        {
            Rows.Add(collection, 100, 9, 61);
            collection.Commit();
            Assert.Single(collection.Segments);
        }

        File.WriteAllBytes(Path.Combine(_path, OrphanFiles.SegmentName(2)), first);
        Assert.Throws<IndexCorruptException>(() => Collection.Open(_path));
    }

    [Fact]
    public void Open_OneBitOfTheDescriptorFlipped_IsRefused()
    {
        string path = Path.Combine(_path, "collection.json");
        byte[] bytes = File.ReadAllBytes(path);
        for (int i = 0; i < bytes.Length; i++)
        {
            for (int bit = 0; bit < 8; bit += Emulation.Choose(1, 3))
            {
                Patch(path, i, (byte)(bytes[i] ^ (1 << bit)));
                Assert.ThrowsAny<IndexException>(() => Collection.Open(_path));
            }

            Patch(path, i, bytes[i]);
        }

        File.WriteAllBytes(path, new byte[IndexLimits.DescriptorBytesMax + 1]);
        Assert.Throws<IndexCorruptException>(() => Collection.Open(_path));
        File.WriteAllBytes(path, []);
        Assert.Throws<IndexCorruptException>(() => Collection.Open(_path));
        File.WriteAllBytes(path, bytes);
        Assert.False(IsNoticed());
    }

    [Fact]
    public void Search_DamagedBlock_NamesFileAndOffsetAndOtherBlocksGoOn()
    {
        ulong offset = Header().Sections[0].Offset;
        Patch(SegmentPath, (int)offset + 3, 99);
        using Collection collection = Collection.Open(_path);
        var error = Assert.Throws<IndexCorruptException>(
            () => collection.Search(_query, new SearchScratch(), new Match[3]));
        Assert.Equal(SegmentPath, error.Path);
        Assert.Equal((long)offset, error.Offset);
        Assert.True(collection.TryGet(4, out Match row));
        Assert.Equal(Rows.Payload(4), collection.Payload(row).ToArray());
        Assert.Throws<IndexCorruptException>(() => collection.CopyVector(row, new float[Dimension]));
        Assert.Throws<IndexCorruptException>(collection.Verify);
    }

    [Fact]
    public void Commit_MergeMeetsADamagedBlock_StillKeepsTheNewRows()
    {
        Patch(SegmentPath, (int)Header().Sections[0].Offset, 99);
        using Collection collection = Collection.Open(_path);
        Rows.Add(collection, 100, 20, 61);
        collection.Commit();
        Assert.Equal([9, 20], collection.Segments.Select(segment => segment.Rows));
        Assert.True(collection.TryGet(110, out Match row));
        Assert.Equal(Rows.Payload(110), collection.Payload(row).ToArray());
        Assert.Throws<IndexCorruptException>(() => collection.Search(_query, new SearchScratch(), new Match[3]));
    }

    /// <summary>Opens, verifies, searches and reads everything; true when one of our errors was thrown.</summary>
    private bool IsNoticed()
    {
        try
        {
            using Collection collection = Collection.Open(_path);
            var matches = new Match[RowCount];
            int count = collection.Search(_query, new SearchScratch(), matches).MatchCount;
            Assert.Equal(_answer, matches[..count]);
            foreach (Match match in matches)
            {
                Assert.True(collection.TryGet(match.Key, out Match row));
                Assert.Equal(Rows.Payload(match.Key), collection.Payload(row).ToArray());
            }

            collection.Verify();
            return false;
        }
        catch (IndexException)
        {
            return true;
        }
    }

    private SegmentHeader Header()
        => System.Runtime.InteropServices.MemoryMarshal.Read<SegmentHeader>(File.ReadAllBytes(SegmentPath));

    private bool[] BytesThatMatter(int length)
    {
        bool[] matters = new bool[length];
        Array.Fill(matters, true, 0, SegmentHeader.SizeBytes);
        SegmentHeader header = Header();
        for (int i = 0; i < header.SectionCount; i++)
        {
            Array.Fill(matters, true, (int)header.Sections[i].Offset, (int)header.Sections[i].Bytes);
        }

        return matters;
    }

    /// <summary>All bits of the used header and of the sections; a sample of the reserved bytes and of the gaps.</summary>
    private static bool Skip(int offset, int bit, bool matters)
    {
        bool isReserved = offset is > 448 and < 4088;
        return Emulation.IsOn
            ? offset % 29 != 0 || bit != offset % 8
            : (isReserved || !matters) && (offset % 101 != 0 || bit != offset % 8);
    }

    private static void Patch(string path, int offset, byte value)
    {
        using FileStream file = File.OpenWrite(path);
        file.Position = offset;
        file.WriteByte(value);
    }
}
