using System.Runtime.InteropServices;
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
        SectionEntry lists = new ForgedSegment(File.ReadAllBytes(path)).Entry(SectionId.Lists);
        using (FileStream file = File.OpenWrite(path))
        {
            file.Position = (long)lists.Offset + 70;
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
        SectionEntry lists = new ForgedSegment(file).Entry(SectionId.Lists);
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

            errors += IsDegraded(changed) ? 1 : 0;
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
        var forged = new ForgedSegment(file);
        MemoryMarshal.Write(file.AsSpan((int)forged.Entry(SectionId.Lists).Offset + offset), value);
        CollectionOptions options = Rows.Options(Metric.Euclid, Dimension);
        Segment segment = forged.Open(path, SectionId.Lists, options);
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

    private bool IsDegraded(byte[] file)
        => new ForgedSegment(file).Search(
            _directory.Sub("changed"),
            SectionId.Lists,
            Rows.Options(Metric.Euclid, Dimension),
            new SearchEffort(SearchStrategy.Ivf, 5)).SegmentsDegraded > 0;
}
