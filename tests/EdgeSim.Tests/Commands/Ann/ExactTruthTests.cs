using EdgeSim.Commands.Ann;
using EdgeSim.Index;

namespace EdgeSim.Tests.Commands.Ann;

public sealed class ExactTruthTests
{
    [Theory]
    [InlineData(Metric.Euclid, 1, 1)]
    [InlineData(Metric.Euclid, 7, 300)]
    [InlineData(Metric.Euclid, 100, 40)]
    [InlineData(Metric.Cosine, 3, 300)]
    [InlineData(Metric.Cosine, 384, 90)]
    [InlineData(Metric.Dot, 5, 300)]
    public void Nearest_AnyMetric_IsThatOfSortingAll(Metric metric, int dimension, int rows)
    {
        const int K = 10;
        float[] stored = AnnFiles.Random(1, rows * dimension);
        float[] asked = AnnFiles.Random(2, 70 * dimension);
        Nonzero(stored, dimension);
        Nonzero(asked, dimension);
        var truth = new ExactTruth(metric, dimension, asked, K, null);
        AddInTwo(truth, stored, dimension);
        for (int query = 0; query < 70; query++)
        {
            Neighbour[] all = [.. All(metric, dimension, stored, asked, query).Order()];
            Assert.Equal(
                all[..Math.Min(K, all.Length)].Select(one => one.Distance),
                truth.Nearest(query, ReadRow(stored, dimension)).Select(one => one.Distance));
        }
    }

    [Theory]
    [InlineData(Metric.Euclid, 20)]
    [InlineData(Metric.Cosine, 0.7)]
    public void Within_Radius_IsComplete(Metric metric, double radius)
    {
        const int Dimension = 9;
        float[] stored = AnnFiles.Random(3, 500 * Dimension);
        float[] asked = AnnFiles.Random(4, 66 * Dimension);
        var truth = new ExactTruth(metric, Dimension, asked, 5, radius);
        AddInTwo(truth, stored, Dimension);
        int total = 0;
        for (int query = 0; query < 66; query++)
        {
            Neighbour[] expected =
            [
                .. All(metric, Dimension, stored, asked, query).Where(one => one.Distance <= radius).Order(),
            ];
            Assert.Equal(expected, truth.Within(query));
            total += expected.Length;
        }

        Assert.InRange(total, 100, 500 * 65);
    }

    [Fact]
    public void Nearest_DistancesThatFloatCannotTellApart_AreOrderedInDouble()
    {
        // Squares beyond 2^24: as float sums both are 16777216 or so.
        float[] stored = [4096, 0, 1, 4096, 0, 0];
        var truth = new ExactTruth(Metric.Euclid, 3, [0, 0, 0], 2, null);
        truth.Add(stored, 0, 1);
        Assert.Equal([1, 0], truth.Nearest(0, ReadRow(stored, 3)).Select(one => one.Id));
    }

    [Fact]
    public void Add_ZeroVectorForCosine_IsRefusedWithItsPlace()
    {
        var truth = new ExactTruth(Metric.Cosine, 2, [1, 0], 1, null);
        UserException e = Assert.Throws<UserException>(() => truth.Add(new float[] { 1, 1, 0, 0 }, 40, 1));
        Assert.Equal(ExitCode.Data, e.Code);
        Assert.Contains("Vector 41", e.Message);
    }

    private static void AddInTwo(ExactTruth truth, float[] stored, int dimension)
    {
        int half = stored.Length / dimension / 2 * dimension;
        truth.Add(stored.AsMemory(0, half), 0, 2);
        truth.Add(stored.AsMemory(half), half / dimension, 2);
    }

    private static IEnumerable<Neighbour> All(
        Metric metric, int dimension, float[] stored, float[] asked, int query) =>
        Enumerable.Range(0, stored.Length / dimension).Select(id => new Neighbour(
            id,
            ExactDistance.Of(
                metric,
                asked.AsSpan(query * dimension, dimension),
                stored.AsSpan(id * dimension, dimension))));

    private static Action<int, Span<float>> ReadRow(float[] stored, int dimension) =>
        (id, row) => stored.AsSpan(id * dimension, dimension).CopyTo(row);

    /// <summary>Small whole numbers make a zero vector now and then; it has no angle.</summary>
    private static void Nonzero(float[] vectors, int dimension)
    {
        for (int start = 0; start < vectors.Length; start += dimension)
        {
            vectors[start] = vectors[start] == 0 ? 1 : vectors[start];
        }
    }
}
