using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Lists;

/// <summary>Centroids of many lists: good ones, quickly, the same on any number of threads.</summary>
public sealed class ListTrainingTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Metric.Euclid)]
    [InlineData(Metric.Cosine)]
    public void Train_ByParts_IsHardlyWorseThanOneKMeans(object metric)
    {
        const int Dimension = 16;
        int rows = Emulation.Choose(8000, 2000);
        int lists = rows / 25;
        float[] values = Clusters.Unit(rows, Dimension, 100, 0.5, 1);
        float[] centroids = Train(values, Dimension, (Metric)metric, lists, 2);
        Assert.InRange(centroids.Length / Dimension, lists * 9 / 10, lists);
        KMeansResult whole = KMeans.Train(
            values, Dimension, new KMeansOptions { Centroids = lists, Iterations = 10 });
        double error = Error(values, centroids, Dimension);
        output.WriteLine($"{error} by parts, {whole.MeanSquaredError} at once");
        Assert.InRange(error, 0, 1.15 * whole.MeanSquaredError);
    }

    [Fact]
    public void Train_AnyThreadsAndKernels_GiveTheSameBits()
    {
        const int Dimension = 20;
        float[] values = Clusters.Unit(3000, Dimension, 40, 0.5, 2);
        float[] first = Train(values, Dimension, Metric.Dot, 300, 1);
        Assert.Equal(first, Train(values, Dimension, Metric.Dot, 300, 3));
        Assert.Equal(first, Train(values, Dimension, Metric.Dot, 300, 2, new ScalarKernels()));
        Assert.NotEqual(first, Train(values, Dimension, Metric.Dot, 300, 2, seed: 5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(300)]
    public void Train_RowsThatAreAllAlike_Ends(int lists)
    {
        float[] values = [.. Enumerable.Repeat(2f, 3 * 4000)];
        float[] centroids = Train(values, 3, Metric.Euclid, lists, 2);
        Assert.All(centroids, component => Assert.InRange(component, 1.99f, 2.01f));
    }

    [Fact]
    public void Train_Cancelled_Ends()
    {
        var sample = Sample(Clusters.Unit(500, 8, 4, 0.5, 3), 8, Metric.Dot);
        Assert.ThrowsAny<OperationCanceledException>(() => ListTraining.Train(
            sample, 50, new ListOptions(), VectorKernels.Best, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(900)]
    public void Nearest_IsMostlyTheNearest(int centroids)
    {
        const int Dimension = 24;
        float[] rows = Clusters.Unit(1000, Dimension, 50, 0.6, 4);
        float[] centres = Clusters.Unit(centroids, Dimension, 50, 0.6, 4, stream: 1);
        var router = new ListRouter(VectorKernels.Best, centres, Dimension, 1, default);
        Assert.Equal(Enumerable.Range(0, centroids), router.Order.Order());
        ListSample sample = Sample(rows, Dimension, Metric.Euclid);
        int[] dots = new int[router.ScratchLength];
        double found = 0;
        double best = 0;
        for (int row = 0; row < 1000; row++)
        {
            ReadOnlySpan<float> values = rows.AsSpan(row * Dimension, Dimension);
            int nearest = router.Nearest(sample.Row(row), sample.Factors[row], dots);
            found += Clusters.DistanceSquared(values, centres.AsSpan(nearest * Dimension, Dimension));
            best += Error(values, centres, Dimension);
        }

        output.WriteLine($"{found / best}");
        Assert.InRange(found, best * 0.999, best * 1.02);
    }

    private static ListSample Sample(float[] values, int dimension, Metric metric)
    {
        var sample = new ListSample(
            new VectorOptions { Dimension = dimension, Metric = metric, Fingerprint = "" },
            values.Length / dimension);
        sbyte[] codes = new sbyte[sample.Stride];
        for (int i = 0; i < sample.Capacity; i++)
        {
            sample.Add(codes, RowQuantizer.Quantize(values.AsSpan(i * dimension, dimension), metric, codes));
        }

        return sample;
    }

    private static float[] Train(
        float[] values,
        int dimension,
        Metric metric,
        int lists,
        int threads,
        VectorKernels? kernels = null,
        ulong seed = 1)
        => ListTraining.Train(
            Sample(values, dimension, metric),
            lists,
            new ListOptions { Threads = threads, Seed = seed },
            kernels ?? VectorKernels.Best,
            CancellationToken.None);

    /// <summary>Mean squared distance to the nearest centroid.</summary>
    private static double Error(ReadOnlySpan<float> rows, float[] centroids, int dimension)
    {
        float[] distances = new float[centroids.Length / dimension];
        double sum = 0;
        for (int i = 0; i < rows.Length; i += dimension)
        {
            VectorKernels.Best.DistanceSquared(rows.Slice(i, dimension), centroids, distances);
            sum += distances.Min();
        }

        return sum / (rows.Length / dimension);
    }
}
