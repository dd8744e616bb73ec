using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Quantization;

public sealed class ProductQuantizerTests
{
    [Fact]
    public void Division_EveryShape_CoversEveryComponentOnce()
    {
        for (int dimension = 1; dimension <= 70; dimension++)
        {
            for (int subspaces = 1; subspaces <= dimension; subspaces++)
            {
                var quantizer = Random(dimension, subspaces, 4, 0, 1);
                int next = 0;
                for (int subspace = 0; subspace < subspaces; subspace++)
                {
                    Assert.Equal(next, quantizer.Offset(subspace));
                    Assert.InRange(quantizer.Width(subspace), dimension / subspaces, quantizer.Width(0));
                    Assert.Equal(16 * quantizer.Width(subspace), quantizer.Codebook(subspace).Length);
                    next += quantizer.Width(subspace);
                }

                Assert.Equal(dimension, next);
                Assert.InRange(quantizer.Width(0), 1, (dimension / subspaces) + 1);
            }
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void Encode_Plain_TakesTheNearestCentroidOfEverySubspace(int bits)
    {
        var random = new SplitMix64(41);
        foreach ((int dimension, int subspaces) in new[] { (1, 1), (5, 2), (33, 33), (70, 9), (96, 24) })
        {
            ProductQuantizer quantizer = Random(dimension, subspaces, bits, 0, 2);
            var encoder = new ProductEncoder(quantizer);
            byte[] codes = new byte[subspaces];
            for (int trial = 0; trial < 20; trial++)
            {
                float[] row = random.Vector(dimension);
                encoder.Encode(row, codes);
                for (int subspace = 0; subspace < subspaces; subspace++)
                {
                    double own = Distance(quantizer, subspace, codes[subspace], row);
                    for (int centroid = 0; centroid < quantizer.Centroids; centroid++)
                    {
                        double other = Distance(quantizer, subspace, centroid, row);
                        Assert.True(own <= other * (1 + 1e-5), $"{own} is not below {other}");
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void Encode_ScoreAware_CannotBeImprovedInAnyOneSubspace(int bits)
    {
        const int Dimension = 60;
        var random = new SplitMix64(42);
        ProductQuantizer quantizer = Random(Dimension, 7, bits, 0.3, 3);
        var encoder = new ProductEncoder(quantizer);
        double excess = ScoreAwareLoss.Excess(0.3, Dimension);
        byte[] codes = new byte[7];
        byte[] plain = new byte[7];
        var plainEncoder = new ProductEncoder(Random(Dimension, 7, bits, 0, 3));
        for (int trial = 0; trial < 20; trial++)
        {
            float[] row = random.Vector(Dimension);
            encoder.Encode(row, codes);
            plainEncoder.Encode(row, plain);
            double loss = Loss(quantizer, row, codes, excess);
            Assert.True(loss <= Loss(quantizer, row, plain, excess) * (1 + 1e-5));
            Assert.Equal(loss, encoder.Improve(row, codes).Loss, loss * 1e-4);
            for (int subspace = 0; subspace < 7; subspace++)
            {
                byte[] other = codes.ToArray();
                for (int centroid = 0; centroid < quantizer.Centroids; centroid++)
                {
                    other[subspace] = (byte)centroid;
                    Assert.True(loss <= Loss(quantizer, row, other, excess) * (1 + 1e-5));
                }
            }
        }
    }

    [Fact]
    public void Encode_ZeroRow_IsThePlainCode()
    {
        byte[] plain = new byte[7];
        byte[] scoreAware = new byte[7];
        new ProductEncoder(Random(60, 7, 4, 0, 4)).Encode(new float[60], plain);
        new ProductEncoder(Random(60, 7, 4, 0.3, 4)).Encode(new float[60], scoreAware);
        Assert.Equal(plain, scoreAware);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void Tables_SumsOfAnyCode_AreScoresOfTheDecodedRow(int bits)
    {
        var random = new SplitMix64(43);
        foreach (int subspaces in new[] { 1, 2, 13, 64 })
        {
            ProductQuantizer quantizer = Random(64, subspaces, bits, 0, 5);
            float[] query = random.Vector(64);
            float[] dots = new float[quantizer.TableLength];
            float[] distances = new float[quantizer.TableLength];
            byte[] codes = new byte[subspaces];
            float[] row = new float[64];
            foreach (VectorKernels kernels in VectorKernels.Available)
            {
                quantizer.DotTables(kernels, query, dots);
                quantizer.DistanceTables(kernels, query, distances);
                random.Fill(codes);
                codes = Array.ConvertAll(codes, code => (byte)(code & (quantizer.Centroids - 1)));
                quantizer.Decode(codes, row);
                Assert.Equal(Clusters.Dot(query, row), Sum(quantizer, dots, codes), 1e-4);
                Assert.Equal(Clusters.DistanceSquared(query, row), Sum(quantizer, distances, codes), 1e-4);
            }
        }
    }

    [Fact]
    public void ScanBytes_OfEncodedRows_GivesTheirDotProducts()
    {
        ProductQuantizer quantizer = Random(20, 6, 8, 0, 6);
        var random = new SplitMix64(44);
        byte[] codes = new byte[30 * 6];
        random.Fill(codes);
        float[] query = random.Vector(20);
        float[] tables = new float[quantizer.TableLength];
        quantizer.DotTables(VectorKernels.Best, query, tables);
        float[] sums = new float[30];
        VectorKernels.Best.ScanBytes(tables, codes, sums);
        float[] row = new float[20];
        for (int i = 0; i < 30; i++)
        {
            quantizer.Decode(codes.AsSpan(i * 6, 6), row);
            Assert.Equal(Clusters.Dot(query, row), sums[i], 1e-4);
        }
    }

    [Fact]
    public void QuantizeTables_AnyTables_KeepsTheBoundThatItStates()
    {
        var random = new SplitMix64(45);
        foreach (int subspaces in new[] { 1, 2, 3, 16, 33, 70, 255, 256 })
        {
            foreach (float size in new[] { 0f, 1e-45f, 1e-30f, 1f, 1e30f, 1e37f })
            {
                float[] tables = Array.ConvertAll(random.Vector(subspaces * 16), value => value * size);
                byte[] bytes = new byte[tables.Length];
                TableScale scale = ProductQuantizer.QuantizeTables(tables, bytes);
                Assert.True(scale.ErrorBound <= (subspaces * scale.Step * 0.5001) + (size * 1e-10));
                byte[] codes = new byte[70 * subspaces];
                random.Fill(codes);
                codes = Array.ConvertAll(codes, code => (byte)(code & 15));
                byte[] blocks = new byte[NibbleBlocks.Bytes(70, subspaces)];
                NibbleBlocks.Pack(codes, subspaces, blocks);
                ushort[] sums = new ushort[70];
                VectorKernels.Best.ScanNibbles(bytes, blocks, sums);
                for (int row = 0; row < 70; row++)
                {
                    int first = row * subspaces;
                    double exact = Enumerable.Range(0, subspaces)
                        .Sum(i => (double)tables[(i * 16) + codes[first + i]]);
                    double error = Math.Abs(exact - scale.Value(sums[row]));
                    Assert.True(error <= scale.ErrorBound, $"{error} is above {scale.ErrorBound}");
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void EncodeAndScan_Allocate_Nothing(double threshold)
    {
        ProductQuantizer quantizer = Random(60, 7, 4, threshold, 8);
        var encoder = new ProductEncoder(quantizer);
        var random = new SplitMix64(46);
        float[] row = random.Vector(60);
        byte[] codes = new byte[7];
        byte[] blocks = new byte[NibbleBlocks.Bytes(1, 7)];
        float[] tables = new float[quantizer.TableLength];
        byte[] bytes = new byte[tables.Length];
        ushort[] sums = new ushort[1];
        VectorKernels kernels = VectorKernels.Best;
        long before = 0;
        for (int pass = 0; pass < 2; pass++)
        {
            // The first pass prepares what the runtime allocates once.
            before = GC.GetAllocatedBytesForCurrentThread();
            encoder.Encode(row, codes);
            NibbleBlocks.Pack(codes, 7, blocks);
            quantizer.DotTables(kernels, row, tables);
            quantizer.DistanceTables(kernels, row, tables);
            ProductQuantizer.QuantizeTables(tables, bytes);
            kernels.ScanNibbles(bytes, blocks, sums);
            NibbleBlocks.Row(blocks, 0, codes);
            quantizer.Decode(codes, row);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Inputs_ThatDoNotFit_AreRefused()
    {
        ProductQuantizer quantizer = Random(20, 6, 4, 0, 7);
        VectorKernels kernels = VectorKernels.Best;
        var encoder = new ProductEncoder(quantizer);
        float[] broken = new float[20];
        broken[13] = float.NaN;
        Refuses("Component 13 is NaN", () => encoder.Encode(broken, new byte[6]));
        Refuses("Component 13 is NaN", () => quantizer.DotTables(kernels, broken, new float[96]));
        Refuses("Component 13 is NaN", () => quantizer.DistanceTables(kernels, broken, new float[96]));
        Refuses("19 components", () => encoder.Encode(new float[19], new byte[6]));
        Refuses("7 codes", () => encoder.Encode(new float[20], new byte[7]));
        Refuses("21 components", () => quantizer.DotTables(kernels, new float[21], new float[96]));
        Refuses("95 table", () => quantizer.DistanceTables(kernels, new float[20], new float[95]));
        Refuses("Code 1 is 16", () => quantizer.Decode([1, 16, 1, 1, 1, 1], new float[20]));
        Refuses("5 codes", () => quantizer.Decode(new byte[5], new float[20]));
        Refuses("17 entries", () => ProductQuantizer.QuantizeTables(new float[17], new byte[17]));
        Refuses("31 bytes", () => ProductQuantizer.QuantizeTables(new float[32], new byte[31]));
        float[] tables = new float[32];
        tables[20] = float.NaN;
        Refuses("sub-space 1", () => ProductQuantizer.QuantizeTables(tables, new byte[32]));
        Refuses("3 sub-spaces for 2", () => Random(2, 3, 4, 0, 1));
        Refuses("257 sub-spaces", () => Random(300, 257, 4, 0, 1));
        Refuses("5 bits", () => Random(20, 5, 5, 0, 1));
        Refuses("not the codebooks", () => new ProductQuantizer(20, 6, 4, 0, new float[319]));
        float[] codebooks = new float[320];
        codebooks[41] = float.NegativeInfinity;
        Refuses("Row 2, component 1", () => new ProductQuantizer(20, 6, 4, 0, codebooks));
    }

    private static void Refuses(string message, Action action)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(action);
        Assert.Contains(message, error.Message);
    }

    private static ProductQuantizer Random(
        int dimension, int subspaces, int bits, double threshold, ulong seed)
    {
        var random = new SplitMix64(seed);
        return new ProductQuantizer(
            dimension, subspaces, bits, threshold, random.Vector(dimension << bits));
    }

    private static double Distance(ProductQuantizer quantizer, int subspace, int centroid, float[] row)
    {
        int width = quantizer.Width(subspace);
        return Clusters.DistanceSquared(
            row.AsSpan(quantizer.Offset(subspace), width),
            quantizer.Codebook(subspace).Slice(centroid * width, width));
    }

    private static double Loss(ProductQuantizer quantizer, float[] row, byte[] codes, double excess)
    {
        float[] decoded = new float[row.Length];
        quantizer.Decode(codes, decoded);
        double along = (Clusters.Dot(row, row) - Clusters.Dot(row, decoded))
            / Math.Sqrt(Clusters.Dot(row, row));
        return Clusters.DistanceSquared(row, decoded) + (excess * along * along);
    }

    private static double Sum(ProductQuantizer quantizer, float[] tables, byte[] codes)
        => codes.Select((code, subspace) => (double)tables[(subspace << quantizer.Bits) + code]).Sum();
}
