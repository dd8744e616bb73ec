using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Search.Codes;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Codes;

public sealed class BitCodesTests
{
    public static TheoryData<Metric, int> Shapes
    {
        get
        {
            var data = new TheoryData<Metric, int>();
            foreach (Metric metric in Enum.GetValues<Metric>())
            {
                foreach (int dimension in new[] { 1, 2, 33, 100, 384, 4096 })
                {
                    data.Add(metric, dimension);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Estimates_OfEveryVector_AreThoseOfTheQuantiser(Metric metric, int dimension)
    {
        int count = dimension > 1000 ? 70 : 330;
        float[] values = Clusters.Unit(count, dimension, 9, 0.7, 3);
        int[][] layouts = [[], [0, 1, 34, 34, count]];
        foreach (int[] ends in layouts)
        {
            using var column = new CodedColumn(values, dimension, metric, ends);
            BitCodes codes = column.Bits(column.BitBytes());
            float[] query = Clusters.Unit(1, dimension, 9, 0.7, 3, stream: 1);
            var scan = new BitScan();
            scan.Begin(codes, VectorKernels.Best, metric, query, count);
            for (int list = 0; list < codes.Lists.Count; list++)
            {
                scan.ScanBest(list, new SinkOfVectors(column, query, 1));
            }

            Assert.Equal(count, scan.Best.Count);
            float[] estimates = new float[count];
            for (int i = 0; i < count; i++)
            {
                estimates[scan.Best[i].Vector] = scan.Best[i].Estimate;
            }

            for (int list = 0; list < codes.Lists.Count; list++)
            {
                AssertIsLaw(column, codes, scan, query, list, estimates);
            }
        }
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void ScanBound_OfVectorsThatBelongInTheAnswer_LosesNoMoreThanItStates(Metric metric)
    {
        const int Dimension = 96;
        int count = Emulation.Choose(3000, 600);
        float[] values = Clusters.Unit(count, Dimension, 30, 0.9, 5);
        using var column = new CodedColumn(values, Dimension, metric, 500, 501, count);
        BitCodes codes = column.Bits(column.BitBytes());
        var scan = new BitScan();
        int lost = 0;
        int found = 0;
        const int Queries = 40;
        for (ulong i = 0; i < Queries; i++)
        {
            float[] query = Clusters.Unit(1, Dimension, 30, 0.9, 5, stream: i + 1);
            int[] nearest = column.Nearest(query, 11);
            var sink = new SinkOfVectors(column, query, 10) { Fixed = column.Score(query, nearest[10]) };
            var moving = new SinkOfVectors(column, query, 10);
            scan.Begin(codes, VectorKernels.Best, metric, query);
            for (int list = 0; list < codes.Lists.Count; list++)
            {
                scan.ScanBound(list, sink);
            }

            for (int list = 0; list < codes.Lists.Count; list++)
            {
                scan.ScanBound(list, moving);
            }

            Assert.Equal(sink.Offered.Count, sink.Offered.Distinct().Count());
            lost += nearest[..10].Except(sink.Offered).Count();
            found += nearest[..10].Intersect(moving.Found).Count();
            Assert.True(sink.Offered.Count < count * 0.9, $"{sink.Offered.Count} of {count} are measured");
        }

        // 2.9 % are stated, for rows just above the threshold.
        Assert.InRange(lost / (10.0 * Queries), 0, 0.029);
        Assert.InRange(found / (10.0 * Queries), 0.971, 1);
    }

    [Theory]
    [InlineData(Metric.Cosine, 1f)]
    [InlineData(Metric.Dot, 1e-6f)]
    [InlineData(Metric.Dot, 1f)]
    [InlineData(Metric.Dot, 1e15f)]
    [InlineData(Metric.Euclid, 1e-6f)]
    [InlineData(Metric.Euclid, 1f)]
    [InlineData(Metric.Euclid, 1e15f)]
    public void Bound_InFloat_LetsEverythingThroughThatCanBeat(Metric metric, float size)
    {
        const int Dimension = 40;
        float[] values = Array.ConvertAll(Clusters.Unit(1000, Dimension, 30, 0.9, 5), value => value * size);
        using var column = new CodedColumn(values, Dimension, metric);
        BitCodes codes = column.Bits(column.BitBytes());
        var scan = new BitScan();
        int[] places = new int[1000];
        int[] sums = new int[1000];
        int through = 0;
        int beating = 0;
        for (int i = 0; i < 20; i++)
        {
            float[] query = values.AsSpan(i * Dimension, Dimension).ToArray();
            scan.Begin(codes, VectorKernels.Best, metric, query);
            RaBitQuery prepared = scan.Prepare(0);
            BitGroup group = codes.Group(0, 0, out int count);
            VectorKernels.Best.BitPlaneDot(scan.Planes, group.Bits, sums);
            foreach (int of in new[] { 10, 100, 900 })
            {
                float threshold = column.Score(query, of);
                int found = VectorKernels.Best.WithinBound(
                    sums,
                    group.Norms,
                    group.Reaches,
                    group.Ones,
                    group.CentreDots,
                    prepared.Bound(threshold),
                    places);
                through += found;
                var set = places[..found].ToHashSet();
                for (int place = 0; place < count; place++)
                {
                    if (prepared.CanBeat(sums[place], group.Row(place), threshold))
                    {
                        beating++;
                        Assert.Contains(place, set);
                    }
                }
            }
        }

        Assert.InRange(through, beating, beating * 1.01);
    }

    [Fact]
    public void Scan_IdenticalRows_FindsThem()
    {
        float[] row = Clusters.Unit(1, 20, 1, 0, 1);
        float[] values = [.. Enumerable.Repeat(row, 500).SelectMany(values => values)];
        foreach (Metric metric in Enum.GetValues<Metric>())
        {
            using var column = new CodedColumn(values, 20, metric);
            BitCodes codes = column.Bits(column.BitBytes());
            var scan = new BitScan();
            scan.Begin(codes, VectorKernels.Best, metric, row, 10);
            scan.ScanBest(0, new SinkOfVectors(column, row, 1));
            Assert.Equal(Enumerable.Range(0, 10), scan.Vectors().ToArray());
            var sink = new SinkOfVectors(column, row, 10);
            scan.Begin(codes, VectorKernels.Best, metric, row);
            scan.ScanBound(0, sink);
            Assert.Equal(10, sink.Found.Count());
        }
    }

    [Fact]
    public void Scan_SecondTime_AllocatesNothing()
    {
        float[] values = Clusters.Unit(3000, 48, 9, 0.7, 3);
        using var column = new CodedColumn(values, 48, Metric.Dot);
        BitCodes codes = column.Bits(column.BitBytes());
        var sink = new SinkOfVectors(column, values[..48], 1) { Fixed = float.MaxValue };
        var scan = new BitScan();
        long before = 0;
        for (int pass = 0; pass < 3; pass++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            scan.Begin(codes, VectorKernels.Best, Metric.Dot, values.AsSpan(0, 48), 50);
            scan.ScanBest(0, sink);
            scan.Vectors();
            scan.ScanBound(0, sink);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Write_AnyThreads_GivesTheSameBytes()
    {
        float[] values = Clusters.Unit(3000, 40, 9, 0.7, 3);
        using var column = new CodedColumn(values, 40, Metric.Dot, 1100, 1500, 3000);
        byte[] expected = column.BitBytes(CodedColumn.Options with { Threads = 1 });
        Assert.Equal(expected, column.BitBytes(CodedColumn.Options with { Threads = 2 }));
        Assert.Equal(expected, column.BitBytes(CodedColumn.Options with { Threads = 5 }));
        Assert.NotEqual(expected, column.BitBytes(CodedColumn.Options with { Seed = 2 }));
    }

    [Fact]
    public void Read_DamagedBytes_AreAnErrorOrAnAnswer()
    {
        float[] values = Clusters.Unit(3000, 24, 9, 0.7, 3);
        using var column = new CodedColumn(values, 24, Metric.Euclid, 1100, 3000);
        column.CheckDamage(column.BitBytes(), BitHeader.SizeBytes, section =>
        {
            var codes = new BitCodes(section, Metric.Euclid, 24, 3000, column.Lists);
            var scan = new BitScan();
            scan.Begin(codes, VectorKernels.Best, Metric.Euclid, values.AsSpan(0, 24), 10);
            scan.ScanBest(0, new SinkOfVectors(column, values, 1));
            scan.ScanBest(1, new SinkOfVectors(column, values, 1));
            Assert.All(scan.Vectors().ToArray(), vector => Assert.InRange(vector, 0, 2999));
        });
    }

    private static void AssertIsLaw(
        CodedColumn column, BitCodes codes, BitScan scan, float[] query, int list, float[] estimates)
    {
        int size = codes.Lists.Size(list);
        if (size == 0)
        {
            return;
        }

        ReadOnlySpan<float> centroid = codes.Lists.Centroid(list);
        var quantizer = new RaBitQuantizer(codes.Rotation, column.Metric, centroid);
        RaBitQuery prepared = scan.Prepare(list);
        BitGroup group = codes.Group(list, 0, out int count);
        int[] sums = new int[count];
        new ScalarKernels().BitPlaneDot(scan.Planes, group.Bits, sums);
        byte[] bits = new byte[quantizer.RowBytes];
        byte[] planes = new byte[quantizer.PlaneBytes];
        RaBitQuery own = quantizer.Prepare(VectorKernels.Best, query, new float[quantizer.Length], planes);
        int outside = 0;
        for (int i = 0; i < count; i++)
        {
            int vector = codes.Lists.First(list) + i;
            RaBitRow row = quantizer.Encode(
                VectorKernels.Best, column.Vectors.Codes(vector), column.Vectors.Scale(vector), bits);
            Assert.Equal(row with { CentreDot = 0 }, group.Row(i) with { CentreDot = 0 });
            Assert.True(group.Bits.Slice(i * bits.Length, bits.Length).SequenceEqual(bits));
            Assert.Equal(prepared.Score(sums[i], row), estimates[vector], 1e-6f);

            double bound = prepared.Bound(row) * (column.Metric == Metric.Euclid ? 2 : 1);
            Assert.Equal(own.Bound(row), bound / (column.Metric == Metric.Euclid ? 2 : 1), 0.1 * bound);
            double similarity = column.Similarity(query, vector);
            double estimate = column.Metric == Metric.Euclid
                ? -prepared.DistanceSquared(sums[i], row)
                : estimates[vector];
            outside += Math.Abs(estimate - similarity) > bound + 1e-4 ? 1 : 0;
        }

        // 5.75 % of pairs; the rows of one query share its rotation.
        Assert.True(outside <= 2 + (count * 0.12), $"{outside} of {count} are outside of the bound");
    }
}
