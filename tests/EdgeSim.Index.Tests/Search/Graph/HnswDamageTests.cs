using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;
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
        string path = Make(directory, rows, out SegmentHeader header, out ulong id);
        byte[] file = File.ReadAllBytes(path);
        SectionEntry graph = Entry(header, SectionId.Graph);
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

            errors += IsError(directory, changed, header, id, rows) ? 1 : 0;
        }

        Assert.True(errors > 0, "no damage was noticed at all");
    }

    [Fact]
    public void Search_WrongChecksum_IsScannedInstead_AndTheAnswerSaysSo()
    {
        using var directory = new TemporaryDirectory();
        string path = Make(directory, 300, out SegmentHeader header, out _);
        using (FileStream file = File.OpenWrite(path))
        {
            file.Position = (long)Entry(header, SectionId.Graph).Offset + 200;
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

    private static string Make(TemporaryDirectory directory, int rows, out SegmentHeader header, out ulong id)
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
        string path = Directory.GetFiles(name, "segment-*").Single();
        header = MemoryMarshal.Read<SegmentHeader>(File.ReadAllBytes(path));
        id = header.CollectionId;
        return path;
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

    /// <summary>Gives the bytes checksums that fit, opens them, and searches.</summary>
    private static bool IsError(
        TemporaryDirectory directory, byte[] file, SegmentHeader header, ulong id, int rows)
    {
        SectionEntry graph = Entry(header, SectionId.Graph);
        SectionEntry checksums = Entry(header, SectionId.Checksums);
        Span<uint> sums = MemoryMarshal.Cast<byte, uint>(
            file.AsSpan((int)checksums.Offset, (int)checksums.Bytes));
        for (int block = 0; block < SegmentLayout.BlockCount((long)graph.Bytes); block++)
        {
            int from = block * SegmentLayout.BlockBytes;
            int bytes = Math.Min(SegmentLayout.BlockBytes, (int)graph.Bytes - from);
            sums[(int)graph.FirstChecksum + block] = Crc32C.Of(file.AsSpan((int)graph.Offset + from, bytes));
        }

        header.ChecksumsChecksum = Crc32C.Of(MemoryMarshal.AsBytes(sums));
        header.HeaderChecksum = SegmentHeader.ChecksumOf(ref header);
        MemoryMarshal.Write(file, header);
        string path = directory.Sub("changed");
        File.WriteAllBytes(path, file);
        CollectionOptions options = Rows.Options(Metric.Euclid, Dimension);
        var entry = new ManifestEntry
        {
            Number = header.Number,
            RowCount = header.RowCount,
            FileBytes = header.FileBytes,
            HeaderChecksum = header.HeaderChecksum,
        };
        Segment segment = SegmentOpener.Open(DurableFiles.Disk, path, id, options, entry);
        var snapshot = new Snapshot(options, 1, [new SegmentView(segment, Tombstones.None)], [], []);
        try
        {
            var matches = new Match[10];
            float[] query = Rows.Vector(5, 6, Dimension);
            SearchStatistics statistics = FlatIndex.Nearest(
                ScanRequest.Of(snapshot, 0, VectorKernels.Best) with
                {
                    Effort = new SearchEffort(SearchStrategy.Hnsw, 30),
                },
                query,
                new SearchScratch(),
                matches);
            Assert.Equal(10, statistics.MatchCount);
            Assert.Equal(10, matches.Select(match => match.Ordinal).Distinct().Count());
            Assert.InRange(statistics.RowsScanned, 10, (3L * rows) + 1000);
            return statistics.SegmentsDegraded > 0;
        }
        finally
        {
            snapshot.Release();
        }
    }
}
