using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Tests.Search.Lists;

/// <summary>Segments whose vectors stand in lists: what is in them, and that nothing else changed.</summary>
public sealed class ListSegmentTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Metric.Cosine, 1, 300)]
    [InlineData(Metric.Euclid, 1, 300)]
    [InlineData(Metric.Dot, 3, 1)]
    [InlineData(Metric.Dot, 17, 500)]
    [InlineData(Metric.Cosine, 33, 9000)]
    [InlineData(Metric.Euclid, 24, 9000)]
    [InlineData(Metric.Dot, 20, 9000)]
    [InlineData(Metric.Cosine, 4096, 80)]
    public void Segment_OfAnyShape_HasEveryVectorInOneList(object metric, int dimension, int rows)
    {
        rows = Emulation.Choose(rows, Math.Min(rows, 800));
        float[] values = Clusters.Unit(rows, dimension, 30, 0.6, 7);
        using Collection collection = ListSegments.Create(
            _directory.Sub("c"), (Metric)metric, dimension, values);
        using (CollectionReader reader = collection.Read())
        {
            Segment segment = reader.Snapshot.Views.Single().Segment;
            ListTable table = ListSegments.AssertHolds(segment, collection.Options.Default);
            Assert.InRange(table.Count, 1, Math.Max(1, rows / 8));
            segment.Verify();
        }

        Assert.True(collection.Verify().IsSound);
    }

    [Fact]
    public void Segment_WithAnyNumberOfThreadsAndAnyBuffer_IsTheSame()
    {
        const int Dimension = 12;
        int rows = Emulation.Choose(6000, 900);
        float[] values = Clusters.Unit(rows, Dimension, 25, 0.5, 3);
        byte[][]? first = null;
        ListOptions[] ways =
        [
            ListSegments.Options with { Threads = 1 },
            ListSegments.Options with { Threads = 2 },
            ListSegments.Options with { Threads = 5, BufferBytes = 64 << 10 },
        ];
        foreach (ListOptions way in ways)
        {
            using Collection collection = ListSegments.Create(
                _directory.Sub($"c{way.Threads}"), Metric.Cosine, Dimension, values, way);
            using CollectionReader reader = collection.Read();
            Segment segment = reader.Snapshot.Views.Single().Segment;
            byte[][] sections =
            [
                .. new[]
                {
                    SectionId.Codes, SectionId.Scales, SectionId.Owners, SectionId.Vectors, SectionId.Lists,
                }.Select(id => ListSegments.Section(segment, id)),
            ];
            first ??= sections;
            Assert.Equal(first, sections);
        }
    }

    [Theory]
    [InlineData(Metric.Euclid)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Cosine)]
    public void Segment_OfRowsThatAreAllAlike_HasBoundedLists(object metric)
    {
        float[] row = [0.5f, -2f, 3f, 0f];
        float[] values = [.. Enumerable.Repeat(row, 3000).SelectMany(one => one)];
        using Collection collection = ListSegments.Create(_directory.Sub("c"), (Metric)metric, 4, values);
        using CollectionReader reader = collection.Read();
        ListSegments.AssertHolds(reader.Snapshot.Views[0].Segment, collection.Options.Default);
        var matches = new Match[10];
        SearchStatistics statistics = reader.Search(
            row, ListSegments.Probes(1000), new SearchScratch(), matches);
        Assert.Equal(10, statistics.MatchCount);
        Assert.True(statistics.Complete);
    }

    [Fact]
    public void Segment_WithZeroVectorsAndDimensionsOfNoVariance_HasLists()
    {
        const int Dimension = 8;
        float[] values = Clusters.Unit(1000, Dimension, 5, 0.4, 9);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = i / Dimension % 9 == 0 ? 0f : i % Dimension == 3 ? 5f : values[i];
        }

        using Collection collection = ListSegments.Create(
            _directory.Sub("c"), Metric.Euclid, Dimension, values);
        using (CollectionReader reader = collection.Read())
        {
            ListSegments.AssertHolds(reader.Snapshot.Views[0].Segment, collection.Options.Default);
        }

        Assert.Equal(1, ListSegments.Recall(collection, values[..(20 * Dimension)], 8192));
    }

    [Fact]
    public void Segment_OfFewRows_HasNone()
    {
        using Collection collection = ListSegments.Create(
            _directory.Sub("c"), Metric.Dot, 4, Clusters.Unit(100, 4, 5, 0.4, 9), new ListOptions());
        using CollectionReader reader = collection.Read();
        Assert.Null(reader.Snapshot.Views[0].Segment.Column(0).Lists);
    }

    [Fact]
    public void Merges_WithListsAndWithout_KeepEveryPointAndItsVector()
    {
        const int Dimension = 10;
        string path = _directory.Sub("c");
        CollectionSettings with = ListSegments.Quiet with { SealBytes = IndexLimits.SealBytesMin };
        CollectionSettings without = with with { Lists = null };
        var expected = new Dictionary<ulong, float[]>();
        Collection.Create(path, Rows.Options(Metric.Dot, Dimension), with).Dispose();
        var random = new SplitMix64(4);
        for (int round = 0; round < 12; round++)
        {
            using Collection collection = Collection.Open(path, round % 4 == 2 ? without : with);
            WriteBatch batch = collection.NewBatch();
            for (int i = 0; i < 300; i++)
            {
                ulong key = (ulong)random.Below(900);
                if (random.Below(4) == 0)
                {
                    batch.Delete(key);
                    expected.Remove(key);
                }
                else
                {
                    float[] vector = random.Vector(Dimension);
                    batch.Upsert(key, vector, Rows.Payload(key));
                    expected[key] = vector;
                }
            }

            collection.Write(batch);
            if (round % 3 == 0)
            {
                collection.Compact();
            }

            Assert.True(collection.Verify().IsSound);
            Compare(collection, expected);
        }
    }

    [Fact]
    public void Merge_OfSegmentsInListOrder_WithoutLists_IsInTheOrderOfTheRows()
    {
        const int Dimension = 6;
        float[] values = Clusters.Unit(400, Dimension, 9, 0.5, 5);
        string path = _directory.Sub("c");
        ListSegments.Create(path, Metric.Cosine, Dimension, values).Dispose();
        using Collection collection = Collection.Open(path, Rows.Quiet);
        WriteBatch batch = collection.NewBatch();
        for (ulong key = 0; key < 200; key++)
        {
            batch.Delete(key);
        }

        collection.Write(batch);
        Rows.Add(collection, 1000, 1, seed: 1);
        collection.Compact();
        using CollectionReader reader = collection.Read();
        Segment segment = reader.Snapshot.Views.MaxBy(view => view.RowCount)!.Segment;
        Assert.False(segment.Column(0).HasLists);
        Assert.True(segment.Column(0).IsAligned);
        Assert.DoesNotContain(segment.Sections, section => section.Id == SectionId.Owners);
    }

    [Fact]
    public void Import_GetsLists()
    {
        const int Dimension = 16;
        float[] values = Clusters.Unit(3000, Dimension, 20, 0.5, 6);
        using Collection collection = Collection.Create(
            _directory.Sub("c"), Rows.Options(Metric.Cosine, Dimension), ListSegments.Quiet);
        using (BulkLoad load = collection.StartBulkLoad())
        {
            for (int i = 0; i < 3000; i++)
            {
                load.Append((ulong)i, values.AsSpan(i * Dimension, Dimension));
            }

            load.Commit();
        }

        using CollectionReader reader = collection.Read();
        ListSegments.AssertHolds(reader.Snapshot.Views.Single().Segment, collection.Options.Default);
    }

    private static void Compare(Collection collection, Dictionary<ulong, float[]> expected)
    {
        using CollectionReader reader = collection.Read();
        Assert.Equal(expected.Count, reader.Count);
        foreach ((ulong key, float[] vector) in expected)
        {
            Assert.True(reader.TryGet(key, out Match row));
            Assert.Equal(Rows.Payload(key), reader.Payload(row).ToArray());
            IRowSource source = reader.Snapshot.Source(reader.Snapshot.IndexOf(row.Segment));
            int at = source.VectorOf(0, row.Ordinal);
            ReadOnlySpan<sbyte> codes = source.Codes(0, at);
            float scale = source.Side(0, at).Scale;
            for (int i = 0; i < vector.Length; i++)
            {
                Assert.InRange(codes[i] * scale, vector[i] - (0.51f * scale), vector[i] + (0.51f * scale));
            }
        }
    }
}
