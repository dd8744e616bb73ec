using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Tests.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Quantization;

public sealed class KMeansTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(7, 5)]
    [InlineData(20, 33)]
    public void Train_SeparableClusters_FindsEveryOne(int clusters, int dimension)
    {
        // Centres 100 apart along the first component, noise below 3 a component: nothing to confuse.
        var random = new SplitMix64(1);
        float[] rows = new float[clusters * 40 * dimension];
        for (int row = 0; row < clusters * 40; row++)
        {
            float[] noise = random.Vector(dimension);
            noise[0] += row % clusters * 100;
            noise.CopyTo(rows, row * dimension);
        }

        for (ulong seed = 0; seed < 10; seed++)
        {
            KMeansResult result = KMeans.Train(
                rows, dimension, new KMeansOptions { Centroids = clusters, Seed = seed });
            Assert.True(result.IsConverged);
            for (int row = 0; row < clusters * 40; row++)
            {
                Assert.Equal(result.Assignments[row % clusters], result.Assignments[row]);
            }

            Assert.Equal(clusters, result.Assignments.ToArray().Distinct().Count());
            Assert.True(result.MeanSquaredError < 9 * dimension);
        }
    }

    [Fact]
    public void Train_AnyRows_ReportsErrorAndAssignmentsOfItsCentroids()
    {
        var random = new SplitMix64(2);
        foreach (int dimension in new[] { 1, 3, 17, 100 })
        {
            // More rows than a block and more centroids than a tile.
            float[] rows = random.Vector(600 * dimension);
            KMeansResult result = KMeans.Train(
                rows, dimension, new KMeansOptions { Centroids = 300, Iterations = 3 });
            double sum = 0;
            for (int row = 0; row < 600; row++)
            {
                ReadOnlySpan<float> values = rows.AsSpan(row * dimension, dimension);
                double own = Distance(values, result, result.Assignments[row]);
                for (int centroid = 0; centroid < 300; centroid++)
                {
                    double other = Distance(values, result, centroid);
                    Assert.True(own <= other * (1 + 1e-5), $"row {row}: {own} is not {other}");
                }

                sum += own;
            }

            Assert.Equal(sum / 600, result.MeanSquaredError, (sum / 600 * 1e-5) + 1e-12);
        }
    }

    [Fact]
    public void Train_MoreIterations_LowerTheError()
    {
        float[] rows = Clusters.Unit(1000, 16, 40, 0.8, 3);
        var errors = new List<TrainingProgress>();
        KMeansResult result = KMeans.Train(
            rows,
            16,
            new KMeansOptions { Centroids = 20, Iterations = 50, Tolerance = 0 },
            progress: new Listener(errors.Add));
        Assert.True(errors.Count > 3);
        for (int i = 1; i < errors.Count; i++)
        {
            Assert.True(errors[i].Error <= errors[i - 1].Error * (1 + 1e-6));
            Assert.Equal(i, errors[i].Done);
            Assert.Equal(50, errors[i].Total);
        }

        Assert.Equal(errors[^1].Error, result.MeanSquaredError);
        Assert.Equal(errors.Count - 1, result.Iterations);
        KMeansResult start = KMeans.Train(rows, 16, new KMeansOptions { Centroids = 20, Iterations = 0 });
        Assert.Equal(errors[0].Error, start.MeanSquaredError);
        Assert.False(start.IsConverged);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Train_FewerDistinctRowsThanCentroids_CoversThemAll(int distinct)
    {
        float[] rows = new float[200];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = i / 2 % distinct * 5;
        }

        KMeansResult result = KMeans.Train(rows, 2, new KMeansOptions { Centroids = 8 });
        Assert.Equal(0, result.MeanSquaredError);
        Assert.True(result.IsConverged);
        Assert.All(result.Centroids.ToArray(), value => Assert.Contains(value, rows));
    }

    [Fact]
    public void Run_EmptyCentroids_TakeTheFarthestRows()
    {
        // All rows are nearest to the first centroid; two repairs must pull the three groups apart.
        float[] rows = [0, 1, 2, 50, 51, 52, 90, 91, 92];
        float[] centroids = [40, -1e6f, 1e6f];
        KMeansResult result = new LloydRun(new ScalarKernels(), rows, 1, centroids, new float[9])
            .Run(new KMeansOptions { Centroids = 3 }, null, CancellationToken.None);
        Assert.Equal([1f, 51f, 91f], result.Centroids.ToArray().Order());
        Assert.Equal(2.0 / 3, result.MeanSquaredError, 1e-6);
    }

    [Theory]
    [InlineData(1UL, "66edd109b1680a6c")]
    [InlineData(2UL, "f81c0bb25dae62ae")]
    public void Train_Seed_GivesTheSameBitsOnEveryKernelClass(ulong seed, string hash)
    {
        float[] rows = Clusters.Unit(700, 40, 30, 0.7, 4);
        var options = new KMeansOptions { Centroids = 25, Iterations = 8, Tolerance = 0, Seed = seed };
        foreach (VectorKernels kernels in VectorKernels.Available)
        {
            KMeansResult result = KMeans.Train(rows, 40, options, kernels);
            byte[] bytes = SHA256.HashData(MemoryMarshal.AsBytes(result.Centroids));
            Assert.Equal(hash, Convert.ToHexStringLower(bytes)[..16]);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(2e17f)]
    public void Train_ComponentNotAllowed_NamesRowAndPosition(float value)
    {
        float[] rows = new float[30];
        rows[17] = value;
        VectorException error = Assert.Throws<VectorException>(
            () => KMeans.Train(rows, 3, new KMeansOptions { Centroids = 2 }));
        Assert.Contains("Row 5, component 2 is", error.Message);
    }

    [Fact]
    public void Train_SizesThatDoNotFit_AreRefused()
    {
        Refuses("9 training rows are too few for 10", new float[9], 1, new() { Centroids = 10 });
        Refuses("0 training rows", [], 1, new() { Centroids = 1 });
        Refuses("not whole rows of 4", new float[9], 4, new() { Centroids = 1 });
        Refuses("0 components a row", new float[9], 0, new() { Centroids = 1 });
        Refuses("4097 components a row", new float[4097], 4097, new() { Centroids = 1 });
        Refuses("0 centroids", new float[9], 1, new() { Centroids = 0 });
        Refuses("4097 centroids", new float[5000], 1, new() { Centroids = 4097 });
        Refuses("Train on a sample", new float[65_537], 1, new() { Centroids = 1 });
        Refuses("101 iterations", new float[9], 1, new() { Centroids = 1, Iterations = 101 });
        Refuses("-1 iterations", new float[9], 1, new() { Centroids = 1, Iterations = -1 });
        Refuses("tolerance", new float[9], 1, new() { Centroids = 1, Tolerance = double.NaN });
    }

    [Fact]
    public void Train_Cancelled_Stops()
    {
        var random = new SplitMix64(5);
        float[] rows = random.Vector(2000);
        var options = new KMeansOptions { Centroids = 5, Tolerance = 0 };
        Assert.Throws<OperationCanceledException>(
            () => KMeans.Train(rows, 2, options, cancellation: new CancellationToken(true)));
        using var source = new CancellationTokenSource();
        int reports = 0;
        var listener = new Listener(_ =>
        {
            reports++;
            source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(
            () => KMeans.Train(rows, 2, options, null, listener, source.Token));
        Assert.Equal(1, reports);
    }

    private static void Refuses(string message, float[] rows, int dimension, KMeansOptions options)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => KMeans.Train(rows, dimension, options));
        Assert.Contains(message, error.Message);
    }

    private static double Distance(ReadOnlySpan<float> row, KMeansResult result, int centroid)
        => Clusters.DistanceSquared(
            row, result.Centroids.Slice(centroid * result.Dimension, result.Dimension));
}
