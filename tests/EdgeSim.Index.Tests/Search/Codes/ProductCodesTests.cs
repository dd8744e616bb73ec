using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Search.Codes;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Codes;

public sealed class ProductCodesTests
{
    public static TheoryData<Metric, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<Metric, int, int>();
            foreach (Metric metric in Enum.GetValues<Metric>())
            {
                foreach (int dimension in new[] { 1, 2, 7, 33, 100, 384 })
                {
                    data.Add(metric, dimension, 4);
                    data.Add(metric, dimension, 8);
                }

                data.Add(metric, 4096, 4);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Estimates_OfEveryVector_AreThoseOfItsDecodedCodes(Metric metric, int dimension, int bits)
    {
        int count = dimension > 1000 ? 70 : 330;
        float[] values = Clusters.Unit(count, dimension, 9, 0.7, 3);
        int[][] layouts = [[], [0, 1, 34, 34, count]];
        foreach (int[] ends in layouts)
        {
            using var column = new CodedColumn(values, dimension, metric, ends);
            CodeOptions options = CodedColumn.Options with { Bits = bits };
            ProductCodes codes = column.Product(column.ProductBytes(options));
            float[] query = Clusters.Unit(1, dimension, 9, 0.7, 3, stream: 1);
            var scan = new ProductScan();
            scan.Begin(codes, VectorKernels.Best, metric, query, count);
            for (int list = 0; list < codes.Lists.Count; list++)
            {
                scan.Scan(list, new SinkOfVectors(column, query, 1));
            }

            // Padding is no vector: each is there once.
            Assert.Equal(count, scan.Best.Count);
            float[] estimates = new float[count];
            for (int i = 0; i < count; i++)
            {
                estimates[scan.Best[i].Vector] = scan.Best[i].Estimate;
            }

            for (int vector = 0; vector < count; vector++)
            {
                double expected = Law(column, codes, query, vector);
                Assert.Equal(expected, estimates[vector], scan.ErrorBound + 2e-5);
            }

            Assert.Equal(Enumerable.Range(0, count), scan.Vectors().ToArray());
        }
    }

    [Theory]
    [InlineData(Metric.Cosine, 4)]
    [InlineData(Metric.Dot, 4)]
    [InlineData(Metric.Euclid, 4)]
    [InlineData(Metric.Euclid, 8)]
    public void Scan_ThenRescoring_FindsTheNearest(Metric metric, int bits)
    {
        const int Dimension = 64;
        int count = Emulation.Choose(4000, 1000);
        float[] values = Clusters.Unit(count, Dimension, 40, 0.9, 5);
        using var column = new CodedColumn(values, Dimension, metric, 500, 700, 701, count);
        ProductCodes codes = column.Product(column.ProductBytes(CodedColumn.Options with { Bits = bits }));
        var scan = new ProductScan();
        int found = 0;
        const int Queries = 20;
        for (ulong i = 0; i < Queries; i++)
        {
            float[] query = Clusters.Unit(1, Dimension, 40, 0.9, 5, stream: i + 1);
            var sink = new SinkOfVectors(column, query, 10) { Wanted = vector => vector % 3 != 0 };
            scan.Begin(codes, VectorKernels.Best, metric, query, 60);
            for (int list = 0; list < codes.Lists.Count; list++)
            {
                scan.Scan(list, sink);
            }

            int[] vectors = scan.Vectors().ToArray();
            Assert.Equal(60, vectors.Length);
            Assert.DoesNotContain(vectors, vector => vector % 3 == 0);
            int[] nearest = column.Nearest(query, count).Where(vector => vector % 3 != 0).Take(10).ToArray();
            found += nearest.Intersect(vectors).Count();
        }

        Assert.InRange(found / (10.0 * Queries), 0.97, 1);
    }

    [Fact]
    public void Scan_IdenticalRows_KeepsTheFirstOnes()
    {
        float[] row = Clusters.Unit(1, 20, 1, 0, 1);
        float[] values = [.. Enumerable.Repeat(row, 500).SelectMany(values => values)];
        foreach (Metric metric in Enum.GetValues<Metric>())
        {
            using var column = new CodedColumn(values, 20, metric);
            ProductCodes codes = column.Product(column.ProductBytes());
            var scan = new ProductScan();
            scan.Begin(codes, VectorKernels.Best, metric, row, 10);
            scan.Scan(0, new SinkOfVectors(column, row, 1));
            Assert.Equal(Enumerable.Range(0, 10), scan.Vectors().ToArray());
        }
    }

    [Fact]
    public void Scan_SecondTime_AllocatesNothing()
    {
        float[] values = Clusters.Unit(3000, 48, 9, 0.7, 3);
        using var column = new CodedColumn(values, 48, Metric.Euclid);
        ProductCodes codes = column.Product(column.ProductBytes());
        var sink = new SinkOfVectors(column, values[..48], 1);
        var scan = new ProductScan();
        long before = 0;
        for (int pass = 0; pass < 3; pass++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            scan.Begin(codes, VectorKernels.Best, Metric.Euclid, values.AsSpan(0, 48), 50);
            scan.Scan(0, sink);
            scan.Vectors();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Write_AnyThreads_GivesTheSameBytes()
    {
        float[] values = Clusters.Unit(3000, 40, 9, 0.7, 3);
        using var column = new CodedColumn(values, 40, Metric.Cosine, 1100, 1500, 3000);
        byte[] expected = column.ProductBytes(CodedColumn.Options with { Threads = 1 });
        Assert.Equal(expected, column.ProductBytes(CodedColumn.Options with { Threads = 2 }));
        Assert.Equal(expected, column.ProductBytes(CodedColumn.Options with { Threads = 5 }));
        Assert.NotEqual(expected, column.ProductBytes(CodedColumn.Options with { Seed = 2 }));
    }

    [Fact]
    public void Read_DamagedBytes_AreAnErrorOrAnAnswer()
    {
        float[] values = Clusters.Unit(3000, 24, 9, 0.7, 3);
        using var column = new CodedColumn(values, 24, Metric.Euclid, 1100, 3000);
        column.CheckDamage(column.ProductBytes(), ProductHeader.SizeBytes, section =>
        {
            var codes = new ProductCodes(section, Metric.Euclid, 24, 3000, column.Lists);
            var scan = new ProductScan();
            scan.Begin(codes, VectorKernels.Best, Metric.Euclid, values.AsSpan(0, 24), 10);
            scan.Scan(0, new SinkOfVectors(column, values, 1));
            scan.Scan(1, new SinkOfVectors(column, values, 1));
            Assert.All(scan.Vectors().ToArray(), vector => Assert.InRange(vector, 0, 2999));
        });
    }

    /// <summary>What the remarks of <see cref="ProductScan"/> say, in double, of unpacked codes.</summary>
    private static double Law(CodedColumn column, ProductCodes codes, float[] query, int vector)
    {
        int list = codes.Lists.ListOf(vector);
        int place = vector - codes.Lists.First(list);
        ReadOnlySpan<byte> group = codes.Group(list, place / 1024 * 1024, out _, out _);
        byte[] row = new byte[codes.Quantizer.Subspaces];
        if (codes.Quantizer.Bits == 4)
        {
            NibbleBlocks.Row(group, place % 1024, row);
        }
        else
        {
            group.Slice(place % 1024 * row.Length, row.Length).CopyTo(row);
        }

        float[] decoded = new float[column.Dimension];
        codes.Quantizer.Decode(row, decoded);
        ReadOnlySpan<float> centroid = codes.Lists.Centroid(list);
        for (int i = 0; i < decoded.Length; i++)
        {
            decoded[i] += centroid[i];
        }

        float[] own = [.. query];
        for (int i = 0; i < own.Length && column.Metric == Metric.Euclid; i++)
        {
            own[i] -= codes.Mean[i];
            decoded[i] -= codes.Mean[i];
        }

        double dot = Clusters.Dot(own, decoded);
        return column.Metric switch
        {
            Metric.Cosine => dot / RowQuantizer.Norm(query),
            Metric.Dot => dot,
            _ => (2 * dot) - Clusters.Dot(decoded, decoded),
        };
    }
}
