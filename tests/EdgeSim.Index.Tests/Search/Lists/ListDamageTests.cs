using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Search;
using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Lists;

/// <summary>
/// Lists of which some bytes are not what they were. With wrong checksums no byte is used; with right ones a
/// search ends with an answer, if need be by scanning.
/// </summary>
public sealed class ListDamageTests : IDisposable
{
    private const int Dimension = 12;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Search_WrongChecksum_IsScannedInstead_AndRepairMakesTheListsAnew()
    {
        string path = Make(600);
        SegmentHeader header = MemoryMarshal.Read<SegmentHeader>(File.ReadAllBytes(path));
        using (FileStream file = File.OpenWrite(path))
        {
            file.Position = (long)Entry(header, SectionId.Lists).Offset + 70;
            file.WriteByte(0xAB);
            file.WriteByte(0xCD);
        }

        float[] query = Rows.Vector(1, 2, Dimension);
        using (Collection collection = Collection.Open(_directory.Sub("c"), ListSegments.Quiet))
        using (CollectionReader reader = collection.Read())
        {
            var exact = new Match[5];
            var found = new Match[5];
            reader.Search(query, new SearchScratch(), exact);
            SearchStatistics statistics = reader.Search(
                query, ListSegments.Probes(3), new SearchScratch(), found);
            Assert.Equal(exact, found);
            Assert.True(statistics.Complete);
            Assert.Equal((SearchStrategy.Flat, 1), (statistics.Strategy, statistics.SegmentsDegraded));
        }

        Assert.False(Collection.Verify(_directory.Sub("c"), null).IsSound);
        Assert.True(Collection.Repair(_directory.Sub("c")).IsRepaired);
        Assert.True(Collection.Verify(_directory.Sub("c"), null).IsSound);
        using Collection repaired = Collection.Open(_directory.Sub("c"), ListSegments.Quiet);
        Assert.Equal(600, repaired.Count);
        WriteBatch batch = repaired.NewBatch();
        for (ulong key = 0; key < 200; key++)
        {
            batch.Delete(key);
        }

        repaired.Write(batch);
        Rows.Add(repaired, 1000, 1, seed: 1);
        repaired.Compact();
        using CollectionReader again = repaired.Read();
        ListSegments.AssertHolds(
            again.Snapshot.Views.MaxBy(view => view.RowCount)!.Segment, repaired.Options.Default);
    }

    [Fact]
    public void Search_AnyBytesWithRightChecksums_EndsWithAnAnswer()
    {
        string path = Make(600);
        byte[] file = File.ReadAllBytes(path);
        SegmentHeader header = MemoryMarshal.Read<SegmentHeader>(file);
        SectionEntry lists = Entry(header, SectionId.Lists);
        var random = new SplitMix64(40);
        int errors = 0;
        for (int round = 0; round < LongRun.Choose(300, 3000, 20); round++)
        {
            byte[] changed = (byte[])file.Clone();
            int count = 1 + random.Below(round % 3 == 0 ? 2 : 1000);
            for (int i = 0; i < count; i++)
            {
                long end = round % 2 == 0 && count < 3 ? 2 * ListsHeader.SizeBytes : (long)lists.Bytes;
                changed[(long)lists.Offset + (long)(random.Next() % (ulong)end)] = (byte)random.Next();
            }

            errors += IsDegraded(changed, header) ? 1 : 0;
        }

        Assert.True(errors > 0, "no damage was noticed at all");
    }

    [Theory]
    [InlineData(8, 99)]
    [InlineData(12, 4)]
    [InlineData(16, 1)]
    [InlineData(20, 400)]
    [InlineData(28, 1)]
    [InlineData(64, 0)]
    [InlineData(64, 5000)]
    public void Verify_NumbersThatCannotBe_NamesThem(int offset, int value)
    {
        string path = Make(600);
        byte[] file = File.ReadAllBytes(path);
        SegmentHeader header = MemoryMarshal.Read<SegmentHeader>(file);
        MemoryMarshal.Write(file.AsSpan((int)Entry(header, SectionId.Lists).Offset + offset), value);
        ManifestEntry entry = Sign(file, ref header);
        File.WriteAllBytes(path, file);
        CollectionOptions options = Rows.Options(Metric.Euclid, Dimension);
        Segment segment = SegmentOpener.Open(DurableFiles.Disk, path, header.CollectionId, options, entry);
        segment.Share();
        Assert.Throws<IndexCorruptException>(() => segment.Column(0).Lists);
        var problems = new Index.Storage.Salvage.ProblemList();
        using (var salvage = Index.Storage.Salvage.SalvageSegment.Of(segment, options, problems, null))
        {
            Index.Storage.Salvage.SegmentExam.Check(salvage, anyPayload: false, problems);
        }

        Assert.Contains(problems.Problems, problem => problem.What.Contains("section Lists"));
        segment.Release();
    }

    private string Make(int rows)
    {
        float[] values = Clusters.Unit(rows, Dimension, 20, 0.5, 2);
        ListSegments.Create(_directory.Sub("c"), Metric.Euclid, Dimension, values).Dispose();
        return Directory.GetFiles(_directory.Sub("c"), "segment-*").Single();
    }

    private static SectionEntry Entry(in SegmentHeader header, SectionId id)
    {
        for (int i = 0; i < header.SectionCount; i++)
        {
            if (header.Sections[i].Id == (uint)id)
            {
                return header.Sections[i];
            }
        }

        throw new InvalidOperationException($"No section {id}.");
    }

    /// <summary>Gives the lists checksums that fit.</summary>
    private static ManifestEntry Sign(byte[] file, ref SegmentHeader header)
    {
        SectionEntry lists = Entry(header, SectionId.Lists);
        SectionEntry checksums = Entry(header, SectionId.Checksums);
        Span<uint> sums = MemoryMarshal.Cast<byte, uint>(
            file.AsSpan((int)checksums.Offset, (int)checksums.Bytes));
        for (int block = 0; block < SegmentLayout.BlockCount((long)lists.Bytes); block++)
        {
            int from = block * SegmentLayout.BlockBytes;
            int bytes = Math.Min(SegmentLayout.BlockBytes, (int)lists.Bytes - from);
            sums[(int)lists.FirstChecksum + block] = Crc32C.Of(file.AsSpan((int)lists.Offset + from, bytes));
        }

        header.ChecksumsChecksum = Crc32C.Of(MemoryMarshal.AsBytes(sums));
        header.HeaderChecksum = SegmentHeader.ChecksumOf(ref header);
        MemoryMarshal.Write(file, header);
        return new ManifestEntry
        {
            Number = header.Number,
            RowCount = header.RowCount,
            FileBytes = header.FileBytes,
            HeaderChecksum = header.HeaderChecksum,
        };
    }

    private bool IsDegraded(byte[] file, SegmentHeader header)
    {
        ManifestEntry entry = Sign(file, ref header);
        string path = _directory.Sub("changed");
        File.WriteAllBytes(path, file);
        CollectionOptions options = Rows.Options(Metric.Euclid, Dimension);
        Segment segment = SegmentOpener.Open(DurableFiles.Disk, path, header.CollectionId, options, entry);
        var snapshot = new Snapshot(options, 1, [new SegmentView(segment, Tombstones.None)], [], []);
        try
        {
            var matches = new Match[10];
            SearchStatistics statistics = FlatIndex.Nearest(
                ScanRequest.Of(snapshot, 0, VectorKernels.Best) with
                {
                    Effort = new SearchEffort(SearchStrategy.Ivf, 5),
                },
                Rows.Vector(5, 6, Dimension),
                new SearchScratch(),
                matches);
            Assert.Equal(10, statistics.MatchCount);
            Assert.Equal(10, matches.Select(match => match.Ordinal).Distinct().Count());
            return statistics.SegmentsDegraded > 0;
        }
        finally
        {
            snapshot.Release();
        }
    }
}
