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

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void BoundsAndReaches_AnyRow_HoldTheSimilarity(Metric metric)
    {
        var random = new SplitMix64(82);
        int sure = 0;
        int rounds = Emulation.Choose(20_000, 2_000);
        for (int round = 0; round < rounds; round++)
        {
            int dimension = 1 + random.Below(40);
            float[] query = Scaled(random.Vector(dimension), MathF.Pow(10, random.Below(9) - 4));
            float[] vector = round % 5 == 0
                ? query
                : Scaled(random.Vector(dimension), MathF.Pow(10, random.Below(9) - 4));
            float score = Score(
                metric, query, vector, out PreparedQuery prepared, out int dot, out QuantizedRow row);
            float[] padded = new float[RowQuantizer.Stride(dimension)];
            query.CopyTo(padded, 0);
            sbyte[] codes = new sbyte[padded.Length];
            RowQuantizer.Quantize(vector, metric, codes);
            double similarity = prepared.Similarity(s_kernels, padded, codes, row.Scale, row.SquareSum);
            (double low, double high) = prepared.Bounds(dot, row.Scale, Math.Sqrt(row.SquareSum));
            Assert.True(low <= similarity && similarity <= high, $"round {round}: {low} {similarity} {high}");
            Assert.Equal(
                score, metric == Metric.Euclid ? -(float)Math.Sqrt(-similarity) : (float)similarity);
            Assert.False(prepared.Reaches(dot, row.Scale, row.SquareSum, MathF.BitIncrement(score)));
            float less = score - (MathF.Abs(score) * 0.5f) - 1e-3f;
            sure += prepared.Reaches(dot, row.Scale, row.SquareSum, less) ? 1 : 0;
        }

        Assert.True(sure > rounds / 4, $"Only {sure} of {rounds} rows surely reached a lower score.");
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void NextAbove_AnyThreshold_StopsAtEveryRowThatBeatsIt(Metric metric)
    {
        var random = new SplitMix64(83);
        for (int round = 0; round < Emulation.Choose(300, 40); round++)
        {
            int dimension = 1 + random.Below(30);
            float[] query = random.Vector(dimension);
            int rows = random.Below(60);
            int[] dots = new int[rows];
            float[] scales = new float[rows];
            int[] squareSums = new int[rows];
            float[] scores = new float[rows];
            PreparedQuery prepared = default;
            for (int i = 0; i < rows; i++)
            {
                scores[i] = Score(
                    metric, query, random.Vector(dimension), out prepared, out dots[i], out QuantizedRow row);
                (scales[i], squareSums[i]) = (row.Scale, row.SquareSum);
            }

            float threshold = rows == 0 ? 0 : MathF.BitDecrement(scores[random.Below(rows)]);
            var stops = new List<int>();
            for (int i = -1; i < rows;)
            {
                i = prepared.NextAbove(
                    dots, metric == Metric.Cosine ? default : scales, squareSums, i + 1, threshold);
                stops.Add(i);
            }

            Assert.Equal(rows, stops[^1]);
            Assert.Empty(Enumerable.Range(0, rows).Where(i => scores[i] > threshold).Except(stops));
        }
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
