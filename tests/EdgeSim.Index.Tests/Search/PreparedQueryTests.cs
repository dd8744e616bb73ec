using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Search;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search;

/// <summary>
/// The bound that spares rows the second measurement: it never spares one that belongs to the answer.
/// </summary>
public sealed class PreparedQueryTests
{
    private static readonly ScalarKernels s_kernels = new();

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void CanBeat_ThresholdJustBelowTheScore_IsAlwaysTrue(Metric metric)
    {
        var random = new SplitMix64(81);
        int spared = 0;
        int rounds = Emulation.Choose(20_000, 2_000);
        for (int round = 0; round < rounds; round++)
        {
            int dimension = 1 + random.Below(40);
            float[] query = Scaled(random.Vector(dimension), MathF.Pow(10, random.Below(9) - 4));
            if (round % 3 == 0)
            {
                // One large component: the codes of the others are coarse, and the bound wide.
                query[0] *= 1000;
            }

            float[] vector = round % 5 == 0
                ? query
                : Scaled(random.Vector(dimension), MathF.Pow(10, random.Below(9) - 4));
            float score = Score(
                metric, query, vector, out PreparedQuery prepared, out int dot, out QuantizedRow row);
            Assert.True(
                prepared.CanBeat(dot, row.Scale, row.SquareSum, MathF.BitDecrement(score)), $"round {round}");
            Assert.True(
                prepared.CanBeat(dot, row.Scale, row.SquareSum, score - MathF.Abs(score)), $"round {round}");
            float better = score + (MathF.Abs(score) * 0.5f) + 1e-3f;
            spared += prepared.CanBeat(dot, row.Scale, row.SquareSum, better) ? 0 : 1;
        }

        Assert.True(
            metric == Metric.Euclid || spared > rounds / 4, $"Only {spared} of {rounds} rows were spared.");
    }

    private static float Score(
        Metric metric,
        float[] query,
        float[] vector,
        out PreparedQuery prepared,
        out int dot,
        out QuantizedRow row)
    {
        int stride = RowQuantizer.Stride(query.Length);
        float[] padded = new float[stride];
        sbyte[] queryCodes = new sbyte[stride];
        sbyte[] codes = new sbyte[stride];
        row = RowQuantizer.Quantize(vector, metric, codes);
        prepared = PreparedQuery.Create(query, metric, padded, queryCodes);
        int[] dots = new int[1];
        s_kernels.Dot(queryCodes, codes, dots);
        dot = dots[0];
        return metric == Metric.Euclid
            ? -(float)Math.Sqrt(s_kernels.DistanceSquared(padded, codes, row.Scale))
            : prepared.ScoreOfDot(s_kernels.Dot(padded, codes), row.Scale, row.SquareSum);
    }

    private static float[] Scaled(float[] vector, float size)
        => Array.ConvertAll(vector, value => value * size);
}
