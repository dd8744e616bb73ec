using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Quantization;

public sealed class ProductTrainingTests
{
    private const int Dimension = 96;
    private const int Neighbours = 10;

    private static int Count { get; } = Emulation.Choose(5000, 600);

    private static int QueryCount { get; } = Emulation.Choose(100, 20);

    /// <summary>Unit vectors in clusters so noisy that neighbours are not all of one cluster.</summary>
    private static float[] Rows { get; } = Clusters.Unit(Count, Dimension, 100, 1.2, 7);

    private static float[] Queries { get; } = Clusters.Unit(QueryCount, Dimension, 100, 1.2, 7, stream: 1);

    private static Lazy<ProductTraining> Plain { get; } = new(() => ProductTraining.Train(
        Rows, new ProductOptions { Dimension = Dimension, Subspaces = 48, Iterations = 10 }));

    private static Lazy<ProductTraining> ScoreAware { get; } = new(() => ProductTraining.Train(
        Rows,
        new ProductOptions
        {
            Dimension = Dimension,
            Subspaces = 48,
            Iterations = 10,
            Threshold = ProductOptions.ScannThreshold,
        }));

    [Fact]
    public void Train_MoreSubspacesOrBits_LowerTheError()
    {
        float[] rows = Rows[..(Emulation.Choose(1000, 400) * Dimension)];
        foreach (int bits in new[] { 4, 8 })
        {
            double previous = double.MaxValue;
            foreach (int subspaces in new[] { 1, 4, 7, 24 })
            {
                double error = ProductTraining.Train(rows, Options(subspaces, bits)).MeanSquaredError;
                Assert.True(error < previous * 0.95, $"{subspaces} sub-spaces: {error}, before {previous}");
                previous = error;
                if (bits == 8)
                {
                    double coarse = ProductTraining.Train(rows, Options(subspaces, 4)).MeanSquaredError;
                    Assert.True(error < coarse * 0.9, $"8 bits: {error}, 4 bits: {coarse}");
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void Train_ReportedErrors_AreThoseOfTheCodes(double threshold)
    {
        float[] rows = Rows[..(400 * Dimension)];
        ProductTraining training = ProductTraining.Train(
            rows, Options(11, 4) with { Threshold = threshold, Rounds = 3 });
        (double squares, double parallel, _) = Errors(training, rows);
        double loss = squares + (ScoreAwareLoss.Excess(threshold, Dimension) * parallel);

        // Score-aware codes end in another local minimum when they start from the nearest centroids.
        double slack = threshold > 0 ? 1e-2 : 1e-5;
        Assert.Equal(squares, training.MeanSquaredError, squares * slack);
        Assert.Equal(loss, training.MeanLoss, loss * slack);
    }

    [Fact]
    public void Train_ScoreAware_HasLessErrorAlongTheRowsAndBetterRecall()
    {
        (double plainSquares, double plainParallel, float[] plainRows) = Errors(Plain.Value, Rows);
        (double squares, double parallel, float[] rows) = Errors(ScoreAware.Value, Rows);
        double plainRecall = Recall(plainRows, Neighbours);
        double recall = Recall(rows, Neighbours);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"plain: squared {plainSquares:F4}, parallel {plainParallel:E2}, recall {plainRecall:F3}; "
            + $"score-aware: {squares:F4}, {parallel:E2}, {recall:F3}");
        Assert.True(parallel < plainParallel / 4);
        Assert.True(squares < plainSquares * 1.2);
        if (!Emulation.IsOn)
        {
            // 0.693 and 0.725 were measured; both are the same on every machine.
            Assert.True(recall >= plainRecall + 0.02, $"{recall} against {plainRecall}");
        }
    }

    [Fact]
    public void Train_ScoreAware_EveryRoundLowersTheLoss()
    {
        var heard = new List<TrainingProgress>();
        ProductOptions options = Options(20, 4) with { Threshold = 0.2, Rounds = 6 };
        ProductTraining training = ProductTraining.Train(
            Rows[..(400 * Dimension)], options, progress: new Listener(heard.Add));
        Assert.All(heard, progress => Assert.Equal(10, progress.Total));
        int plain = heard.FindIndex(progress => progress.Done == 4) + 1;
        double[] errors = heard.Take(plain).Select(progress => progress.Error).ToArray();
        Assert.Equal(errors.OrderDescending(), errors);
        double[] losses = heard.Skip(plain).Select(progress => progress.Error).ToArray();
        Assert.Equal(training.Rounds + 1, losses.Length);
        Assert.True(training.Rounds >= 2);
        Assert.Equal(losses.OrderDescending(), losses);
        Assert.Equal(losses[^1], training.MeanLoss);
    }

    [Theory]
    [InlineData(false, 0.99)]
    [InlineData(true, 0.99)]
    public void FastScan_ThenExactRescoringOfTheTop100_FindsTheNeighbours(bool scoreAware, double floor)
    {
        ProductQuantizer quantizer = (scoreAware ? ScoreAware : Plain).Value.Quantizer;
        var encoder = new ProductEncoder(quantizer);
        int subspaces = quantizer.Subspaces;
        byte[] codes = new byte[Count * subspaces];
        for (int row = 0; row < Count; row++)
        {
            encoder.Encode(Row(Rows, row), codes.AsSpan(row * subspaces, subspaces));
        }

        byte[] blocks = new byte[NibbleBlocks.Bytes(Count, subspaces)];
        NibbleBlocks.Pack(codes, subspaces, blocks);
        float[] tables = new float[quantizer.TableLength];
        byte[] bytes = new byte[tables.Length];
        ushort[] sums = new ushort[Count];
        int found = 0;
        for (int query = 0; query < QueryCount; query++)
        {
            quantizer.DotTables(VectorKernels.Best, Row(Queries, query), tables);
            ProductQuantizer.QuantizeTables(tables, bytes);
            VectorKernels.Best.ScanNibbles(bytes, blocks, sums);
            float[] scores = Array.ConvertAll(sums, sum => (float)sum);
            found += Top(scores, 100).Intersect(Top(Scores(Rows, query), Neighbours)).Count();
        }

        double recall = found / (double)(QueryCount * Neighbours);
        TestContext.Current.TestOutputHelper?.WriteLine($"recall@10 after rescoring 100: {recall:F3}");
        Assert.True(recall >= floor, $"{recall}");
    }

    [Theory]
    [InlineData(4, 0, "f36a5e7eadd79ff0")]
    [InlineData(8, 0, "d7fac156c97eb379")]
    [InlineData(4, 0.25, "185c8be6fceb2e07")]
    public void Train_Seed_GivesTheSameBitsOnEveryKernelClass(int bits, double threshold, string hash)
    {
        float[] rows = Clusters.Unit(300, 50, 20, 0.8, 8);
        foreach (VectorKernels kernels in VectorKernels.Available)
        {
            ProductTraining training = ProductTraining.Train(
                rows,
                new ProductOptions
                {
                    Dimension = 50,
                    Subspaces = 12,
                    Bits = bits,
                    Threshold = threshold,
                    Iterations = 5,
                    Rounds = 3,
                },
                kernels);
            var encoder = new ProductEncoder(training.Quantizer, kernels);
            byte[] codes = new byte[300 * 12];
            for (int row = 0; row < 300; row++)
            {
                encoder.Encode(rows.AsSpan(row * 50, 50), codes.AsSpan(row * 12, 12));
            }

            byte[] all = [.. MemoryMarshal.AsBytes(training.Quantizer.Codebooks), .. codes];
            Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(all))[..16]);
        }
    }

    [Fact]
    public void Train_InputThatDoesNotFit_IsRefused()
    {
        float[] rows = new float[300 * 4];
        Refuses("15 training rows are too few for 16", rows[..60], Shape(4, 2));
        Refuses("255 training rows are too few for 256", rows[..1020], Shape(4, 2) with { Bits = 8 });
        Refuses("1199 components are not whole rows of 4", rows[..1199], Shape(4, 2));
        Refuses("5 sub-spaces for 4 components", rows, Shape(4, 5));
        Refuses("0 sub-spaces", rows, Shape(4, 0));
        Refuses("257 sub-spaces", new float[16 * 300], Shape(300, 257));
        Refuses("2 bits", rows, Shape(4, 2) with { Bits = 2 });
        Refuses("threshold", rows, Shape(4, 2) with { Threshold = 1 });
        Refuses("threshold", rows, Shape(4, 2) with { Threshold = double.NaN });
        Refuses("129 components", new float[129 * 16], Shape(129, 1) with { Threshold = 0.2 });
        Refuses("101 iterations", rows, Shape(4, 2) with { Iterations = 101 });
        Refuses("101 iterations", rows, Shape(4, 2) with { Rounds = 101 });
        rows[1042] = float.NaN;
        Refuses("Row 260, component 2 is NaN", rows, Shape(4, 2));
    }

    [Fact]
    public void Train_CancelledInARound_Stops()
    {
        using var source = new CancellationTokenSource();
        var listener = new Listener(progress =>
        {
            if (progress.Done == 5)
            {
                source.Cancel();
            }
        });
        ProductOptions options = Options(5, 4) with { Threshold = 0.2 };
        Assert.Throws<OperationCanceledException>(
            () => ProductTraining.Train(Rows[..(64 * Dimension)], options, null, listener, source.Token));
    }

    private static ProductOptions Options(int subspaces, int bits)
        => Shape(Dimension, subspaces) with { Bits = bits, Iterations = 4 };

    private static ProductOptions Shape(int dimension, int subspaces)
        => new() { Dimension = dimension, Subspaces = subspaces };

    private static void Refuses(string message, float[] rows, ProductOptions options)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(
            () => ProductTraining.Train(rows, options));
        Assert.Contains(message, error.Message);
    }

    /// <summary>Mean squared error, mean square of its part along the row, and the decoded rows.</summary>
    private static (double Squares, double Parallel, float[] Decoded) Errors(
        ProductTraining training, float[] rows)
    {
        var encoder = new ProductEncoder(training.Quantizer);
        byte[] codes = new byte[training.Quantizer.Subspaces];
        float[] decoded = new float[rows.Length];
        double squares = 0;
        double parallel = 0;
        int count = rows.Length / Dimension;
        for (int row = 0; row < count; row++)
        {
            encoder.Encode(Row(rows, row), codes);
            training.Quantizer.Decode(codes, decoded.AsSpan(row * Dimension, Dimension));
            squares += Clusters.DistanceSquared(Row(rows, row), Row(decoded, row));
            parallel += Math.Pow(1 - Clusters.Dot(Row(rows, row), Row(decoded, row)), 2);
        }

        return (squares / count, parallel / count, decoded);
    }

    /// <summary>Part of the true neighbours among the best of other rows, over all queries.</summary>
    private static double Recall(float[] rows, int count)
        => Enumerable.Range(0, QueryCount).Average(query =>
            Top(Scores(rows, query), count).Intersect(Top(Scores(Rows, query), Neighbours)).Count()
            / (double)Neighbours);

    private static float[] Scores(float[] rows, int query)
    {
        float[] scores = new float[Count];
        VectorKernels.Best.Dot(Row(Queries, query), rows, scores);
        return scores;
    }

    private static IEnumerable<int> Top(float[] scores, int count)
        => Enumerable.Range(0, scores.Length).OrderByDescending(row => scores[row]).Take(count);

    private static ReadOnlySpan<float> Row(float[] rows, int row)
        => rows.AsSpan(row * Dimension, Dimension);
}
