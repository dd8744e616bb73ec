using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Quantization;

/// <summary>
/// The promises of the estimate: no bias, a bound that holds as often as stated, and recall.
/// </summary>
public sealed class RaBitQueryTests(ITestOutputHelper output)
{
    /// <summary>Probability that a normal number lies beyond 1.9 deviations, on either side.</summary>
    private const double Stated = 0.0575;

    /// <summary>
    /// Pairs from opposite to near: among orthogonal ones alone a wrong factor would average to zero too.
    /// </summary>
    [Theory]
    [InlineData(Metric.Cosine, 64)]
    [InlineData(Metric.Cosine, 100)]
    [InlineData(Metric.Cosine, 384)]
    [InlineData(Metric.Dot, 64)]
    [InlineData(Metric.Dot, 100)]
    [InlineData(Metric.Dot, 384)]
    [InlineData(Metric.Euclid, 64)]
    [InlineData(Metric.Euclid, 100)]
    [InlineData(Metric.Euclid, 384)]
    public void Estimate_ManyPairs_IsUnbiasedAndWithinItsBound(Metric metric, int dimension)
    {
        int seeds = Emulation.Choose(25, 5);
        int queries = Emulation.Choose(200, 40);
        double total = seeds * queries;
        double[] cosines = [-0.7, 0, 0.5, 0.9];
        var tallies = new Tally[cosines.Length];
        var random = new SplitMix64((ulong)(61 + dimension) * (ulong)metric);
        for (int seed = 0; seed < seeds; seed++)
        {
            float[] centroid = Array.ConvertAll(random.Normal(dimension), value => value / 20);
            var pair = new RaBitPairs(
                new RaBitQuantizer(new Rotation(dimension, (ulong)seed), metric, centroid),
                VectorKernels.Best);
            for (int i = 0; i < queries; i++)
            {
                float[] direction = random.Normal(dimension);
                float[] noise = random.Normal(dimension);
                float[] query = RaBitPairs.Near(centroid, direction, noise, 1);
                noise = random.Normal(dimension);
                for (int j = 0; j < cosines.Length; j++)
                {
                    float[] row = RaBitPairs.Near(centroid, direction, noise, cosines[j]);
                    pair.Measure(row, query);
                    tallies[j].Add(pair, metric, row, query);
                }
            }
        }

        for (int j = 0; j < cosines.Length; j++)
        {
            double deviation = Math.Sqrt(tallies[j].Squares / total);
            double standardErrors = tallies[j].Sum / total / deviation * Math.Sqrt(total);
            double beyond = tallies[j].Beyond / total;
            output.WriteLine(
                $"cosine {cosines[j]}: mean {standardErrors:F2} standard errors, "
                + $"deviation {deviation:F4}, beyond {beyond:P2}, dropped {tallies[j].Dropped / total:P2}");
            Assert.InRange(standardErrors, -3, 3);

            // Orthogonal pairs reach what is stated, and a sample scatters around it.
            Assert.InRange(beyond, 0, Stated + (3 * Math.Sqrt(Stated / total)));
        }

        double pairs = total * cosines.Length;
        Assert.InRange(tallies.Sum(tally => tally.Beyond) / pairs, 0, Stated);
        Assert.InRange(tallies.Sum(tally => tally.Dropped) / pairs, 0, Stated / 2);
    }

    /// <summary>
    /// Structured pairs, over many seeds: here the three rounds have to do what a random rotation does.
    /// </summary>
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void Bound_HardShapes_HoldsAsOftenAsStated(Metric metric)
    {
        int seeds = Emulation.Choose(100, 20);
        float[] sizes = metric == Metric.Cosine ? [1f, 1e-42f, 3e38f] : [1f, 1e-42f, 1e-30f, 1e17f];
        var random = new SplitMix64(62);
        int all = 0;
        int allBeyond = 0;
        int allDropped = 0;
        foreach (float size in sizes)
        {
            foreach (int dimension in (int[])[1, 2, 17, 100])
            {
                var tally = default(Tally);
                int pairs = 0;
                for (int seed = 0; seed < seeds; seed++)
                {
                    float[][] shapes = VectorShapes.All(ref random, dimension, size);
                    var pair = new RaBitPairs(
                        new RaBitQuantizer(
                            new Rotation(dimension, (ulong)seed), metric, new float[dimension]),
                        VectorKernels.Best);
                    foreach (float[] row in shapes)
                    {
                        float[] query = shapes[random.Below(shapes.Length)];
                        pair.Measure(row, query);
                        tally.Add(pair, metric, row, query);
                        pairs++;
                    }
                }

                output.WriteLine(
                    $"{size} x {dimension}: beyond {tally.Beyond / (double)pairs:P2}, "
                    + $"dropped {tally.Dropped / (double)pairs:P2}");
                Assert.InRange((double)tally.Beyond / pairs, 0, Stated + (3 * Math.Sqrt(Stated / pairs)));
                all += pairs;
                allBeyond += tally.Beyond;
                allDropped += tally.Dropped;
            }
        }

        Assert.InRange((double)allBeyond / all, 0, Stated);
        Assert.InRange((double)allDropped / all, 0, Stated / 2);
    }

    [Fact]
    public void CutOff_Block_KeepsTheRowsThatCanBeat()
    {
        var random = new SplitMix64(63);
        const int Count = 100;
        var quantizer = new RaBitQuantizer(new Rotation(100, 1), Metric.Dot, random.Vector(100));
        byte[] bits = new byte[Count * quantizer.RowBytes];
        byte[] planes = new byte[quantizer.PlaneBytes];
        var rows = new RaBitRow[Count];
        int[] sums = new int[Count];
        int[] survivors = new int[Count];
        for (int i = 0; i < Count; i++)
        {
            Span<byte> row = bits.AsSpan(i * quantizer.RowBytes, quantizer.RowBytes);
            rows[i] = quantizer.Encode(VectorKernels.Best, random.Vector(100), row);
        }

        RaBitQuery query = quantizer.Prepare(
            VectorKernels.Best, random.Vector(100), new float[quantizer.Length], planes);
        VectorKernels.Best.BitPlaneDot(planes, bits, sums);
        Assert.Equal(Count, query.CutOff(sums, rows, float.NegativeInfinity, survivors));
        int count = query.CutOff(sums, rows, 20f, survivors);
        Assert.InRange(count, 1, Count - 1);
        Assert.Equal(
            Enumerable.Range(0, Count).Where(i => query.CanBeat(sums[i], rows[i], 20f)),
            survivors.Take(count));
        Assert.All(
            survivors.Take(count),
            i => Assert.True(query.InnerProduct(sums[i], rows[i]) + query.Bound(rows[i]) >= 19.99));
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void Score_RowAtTheCentroid_IsExact(Metric metric)
    {
        float[] centroid = [0.6f, 0.8f, 0f];
        float[] query = [1f, 2f, 3f];
        var pair = new RaBitPairs(
            new RaBitQuantizer(new Rotation(3, 1), metric, centroid), VectorKernels.Best);
        pair.Measure(centroid, query);
        double expected = Rows.Score(metric, query, centroid);
        Assert.Equal(expected, pair.Query.Score(pair.Sum, pair.Row), 1e-5);
        Assert.InRange(pair.Query.Bound(pair.Row), 0, 1e-5);
        pair.Measure(query, centroid);
        Assert.Equal(expected, pair.Query.Score(pair.Sum, pair.Row), 1e-5);
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void Scan_ClusteredRows_FindsTheTopTenAndMeasuresFew(Metric metric)
    {
        int count = Emulation.Choose(5_000, 1_000);
        int queries = Emulation.Choose(100, 10);
        var scan = new RaBitScan(metric, 384, count, 71);
        int found = 0;
        long rescored = 0;
        for (int query = 0; query < queries; query++)
        {
            found += scan.Search(10, out int measured);
            rescored += measured;
        }

        double recall = found / (10.0 * queries);
        output.WriteLine(
            $"{metric}: recall {recall:P2}, "
            + $"{(double)rescored / queries:F0} of {count} rows measured exactly");
        Assert.InRange(recall, 0.99, 1);
        Assert.InRange((double)rescored / queries / count, 0, Emulation.Choose(0.2, 0.5));
    }

    /// <summary>What many pairs of a kind add up to, errors in units of both lengths.</summary>
    private struct Tally
    {
        public double Sum;
        public double Squares;
        public int Beyond;
        public int Dropped;

        public void Add(RaBitPairs pair, Metric metric, float[] row, float[] query)
        {
            double error = pair.Error(metric, row, query);
            Beyond += Math.Abs(error) > pair.Query.Bound(pair.Row) ? 1 : 0;
            error /= pair.Row.Norm;
            Sum += error;
            Squares += error * error;
            float score = (float)Rows.Score(metric, query, row);
            Dropped += pair.Query.CanBeat(pair.Sum, pair.Row, MathF.BitDecrement(score)) ? 0 : 1;
        }
    }
}
