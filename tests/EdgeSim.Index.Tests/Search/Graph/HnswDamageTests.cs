using EdgeSim.Index.Search;
using EdgeSim.Index.Search.Graph;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Graph;

/// <summary>
/// Graphs of which some bytes are not what they were. With wrong checksums no byte is used; with right ones
/// (as a faulty or hostile writer would make them) a search ends, with an answer or with an error.
/// </summary>
public sealed class HnswDamageTests
{
    private const int Dimension = 12;

    [Theory]
    [InlineData(300)]
    [InlineData(70_000)]
    public void Search_AnyBytesWithRightChecksums_EndsWithAnAnswer(int rows)
    {
        rows = Emulation.Choose(rows, 300);
        using var directory = new TemporaryDirectory();
        string path = Make(directory, rows);
        byte[] file = File.ReadAllBytes(path);
        SectionEntry graph = new ForgedSegment(file).Entry(SectionId.Graph);
        var random = new SplitMix64(40);
        int errors = 0;
        for (int round = 0; round < LongRun.Choose(rows > 1000 ? 20 : 400, 4000, 20); round++)
        {
            byte[] changed = (byte[])file.Clone();
            int count = 1 + random.Below(round % 3 == 0 ? 2 : 2000);
            for (int i = 0; i < count; i++)
            {
                // Half of the rounds hit the header, the others anything.
                long end = round % 2 == 0 && count < 3 ? GraphHeader.SizeBytes : (long)graph.Bytes;
                changed[(long)graph.Offset + (long)(random.Next() % (ulong)end)] = (byte)random.Next();
            }

            errors += IsError(directory, changed, rows) ? 1 : 0;
        }

        Assert.True(errors > 0, "no damage was noticed at all");
    }

    [Fact]
    public void Search_WrongChecksum_IsScannedInstead_AndTheAnswerSaysSo()
    {
        using var directory = new TemporaryDirectory();
        string path = Make(directory, 300);
        SectionEntry graph = new ForgedSegment(File.ReadAllBytes(path)).Entry(SectionId.Graph);
        using (FileStream file = File.OpenWrite(path))
        {
            file.Position = (long)graph.Offset + 200;
            file.WriteByte(0xAB);
            file.WriteByte(0xCD);
        }

        using Collection collection = Collection.Open(directory.Sub("c"), Graphs.Quiet);
        float[] query = Rows.Vector(1, 2, Dimension);
        using (CollectionReader reader = collection.Read())
        {
            Assert.Equal(5, reader.Search(query, new SearchScratch(), new Match[5]).MatchCount);
        }

        using (CollectionReader reader = collection.Read())
        {
            var exact = new Match[5];
            var found = new Match[5];
            reader.Search(query, new SearchScratch(), exact);
            SearchStatistics statistics = reader.Search(
                query, Graphs.Effort(20), new SearchScratch(), found);
            Assert.Equal(exact, found);
            Assert.True(statistics.Complete);
            Assert.Equal((SearchStrategy.Flat, 1), (statistics.Strategy, statistics.SegmentsDegraded));
        }

        // What follows from the rows is made anew from them.
        collection.Delete(3);
        Rows.Add(collection, 1000, 300, seed: 1);
        collection.Compact();
        WriteBatch batch = collection.NewBatch();
        for (ulong key = 0; key < 100; key++)
        {
            batch.Delete(key);
        }

        collection.Write(batch);
        collection.Compact();
        Assert.InRange(Graphs.Recall(collection, query, 50), 0.9, 1);
    }

    private static string Make(TemporaryDirectory directory, int rows)
    {
        string name = directory.Sub("c");
        using Collection collection = Collection.Create(
            name,
            Rows.Options(Metric.Euclid, Dimension),
            Graphs.Quiet with
            {
                SealBytes = IndexLimits.SealBytesMax,
                Graph = new HnswOptions { RowsMin = 1, Links = 4, Effort = 12 },
            });
        float[] values = Clusters.Unit(rows, Dimension, 20, 0.5, 2);
        int parts = rows > IndexLimits.FreshRowsMax ? 4 : 1; // Four of one size become one.
        for (int part = 0; part < parts; part++)
        {
            int size = values.Length / parts;
            ulong first = (ulong)(part * size / Dimension);
            Graphs.Add(collection, first, values[(part * size)..((part + 1) * size)]);
            collection.Seal();
        }

        collection.Compact();
        return Directory.GetFiles(name, "segment-*").Single();
    }

    /// <summary>Gives the bytes checksums that fit, opens them, and searches.</summary>
    private static bool IsError(TemporaryDirectory directory, byte[] file, int rows)
    {
        SearchStatistics statistics = new ForgedSegment(file).Search(
            directory.Sub("changed"),
            SectionId.Graph,
            Rows.Options(Metric.Euclid, Dimension),
            new SearchEffort(SearchStrategy.Hnsw, 30));
        Assert.InRange(statistics.RowsScanned, 10, (3L * rows) + 1000);
        return statistics.SegmentsDegraded > 0;
    }
}
