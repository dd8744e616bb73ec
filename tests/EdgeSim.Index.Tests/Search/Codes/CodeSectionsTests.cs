using EdgeSim.Index.Kernels;
using EdgeSim.Index.Search.Codes;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Codes;

/// <summary>Codes in the segments of a collection.</summary>
public sealed class CodeSectionsTests
{
    private const int Dimension = 24;

    private static CollectionSettings Settings { get; } = Rows.Quiet with
    {
        Codes = new CodeOptions { IsProduct = true, IsBits = true, RowsMin = 100, Threads = 2 },
    };

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void Seal_ThenMerge_EverySegmentHasTheCodesOfItsVectors(Metric metric)
    {
        using var directory = new TemporaryDirectory();
        using (Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(metric, Dimension), Settings))
        {
            Rows.Add(collection, 0, 99, seed: 1);
            collection.Seal();
            Assert.False(Columns(collection).Single().HasProduct);
            Rows.Add(collection, 100, 900, seed: 2);
            collection.Seal();
            Assert.True(Columns(collection)[^1].HasProduct);
            Delete(collection, 400, 1000);
            collection.Compact();
            collection.Verify();
        }

        using Collection opened = Collection.Open(directory.Sub("c"), Settings);
        SegmentColumn column = Columns(opened).MaxBy(own => own.Count)!;
        Assert.True(column.HasProduct && column.HasBits);
        Assert.InRange(column.Count, 300, 400);
        float[] query = Rows.Vector(200, 2, Dimension);
        var product = new ProductScan();
        product.Begin(column.Product!, VectorKernels.Best, metric, query, 20);
        product.Scan(0, default(AnyVector));
        Assert.Equal(column.Count, column.Product!.Lists.VectorCount);
        var bits = new BitScan();
        bits.Begin(column.Bits!, VectorKernels.Best, metric, query, 60);
        bits.ScanBest(0, default(AnyVector));
        using CollectionReader reader = opened.Read();
        int number = Array.FindIndex(reader.Snapshot.Views, view => view.Segment.Column(0) == column);
        var matches = new Match[3];
        reader.Search(query, new SearchScratch(), matches);
        foreach (Match match in matches)
        {
            if (match.Segment != reader.Snapshot.Views[number].Segment.Number)
            {
                continue;
            }

            int vector = column.VectorOf(match.Ordinal);
            Assert.Contains(vector, product.Vectors().ToArray());
        }

    }

    [Fact]
    public void Damage_InCodes_IsNoDamageOfTheRows()
    {
        using var directory = new TemporaryDirectory();
        string name = directory.Sub("c");
        using (Collection collection = Collection.Create(
            name, Rows.Options(Metric.Cosine, Dimension), Settings))
        {
            Rows.Add(collection, 0, 500, seed: 1);
            collection.Seal();
        }

        long offset;
        using (Collection collection = Collection.Open(name, Settings))
        {
            using CollectionReader reader = collection.Read();
            Section section = reader.Snapshot.Views[0].Segment.Sections
                .Single(own => own.Id == SectionId.Product);
            offset = section.FileOffset + ProductHeader.SizeBytes + 5;
        }

        using (FileStream file = File.OpenWrite(Directory.GetFiles(name, "segment-*").Single()))
        {
            file.Position = offset;
            file.Write([1, 2, 3, 4, 5, 6, 7]);
        }

        using (Collection collection = Collection.Open(name, Settings))
        {
            using (CollectionReader reader = collection.Read())
            {
                Segment segment = reader.Snapshot.Views[0].Segment;
                Assert.Throws<IndexCorruptException>(() => segment.Column(0).Product);
                Assert.False(segment.IsDamaged);
                Assert.NotNull(segment.Column(0).Bits);
            }

            Rows.AssertHolds(collection, 500);
            Delete(collection, 250, 500);
            collection.Compact();
            collection.Verify();
            Assert.NotNull(Columns(collection).Single().Product);
        }
    }

    private static void Delete(Collection collection, ulong from, ulong to)
    {
        WriteBatch batch = collection.NewBatch();
        for (ulong key = from; key < to; key++)
        {
            batch.Delete(key);
        }

        collection.Write(batch);
    }

    private static SegmentColumn[] Columns(Collection collection)
    {
        using CollectionReader reader = collection.Read();
        return Array.ConvertAll(reader.Snapshot.Views, view => view.Segment.Column(0));
    }

    /// <summary>Wants every vector, and measures none.</summary>
    private readonly struct AnyVector : ICandidateSink
    {
        public float Threshold => float.NegativeInfinity;

        public bool IsWanted(int vector) => true;

        public void Offer(ReadOnlySpan<int> vectors)
        {
        }
    }
}
