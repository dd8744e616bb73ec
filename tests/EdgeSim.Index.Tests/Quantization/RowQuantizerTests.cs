using EdgeSim.Index.Quantization;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Quantization;

public sealed class RowQuantizerTests
{
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void Quantize_AnyVector_IsOffByAtMostHalfAScale(Metric metric)
    {
        var random = new SplitMix64(11);
        float[] sizes = metric == Metric.Cosine
            ? [1f, 1e-42f, 1e-30f, 1e30f, 3e38f]
            : [1f, 1e-42f, 1e-30f, 1e16f];
        foreach (float size in sizes)
        {
            for (int dimension = 1; dimension <= 70; dimension++)
            {
                float[] vector = Array.ConvertAll(random.Vector(dimension), value => value / 3f * size);
                vector[random.Below(dimension)] = size;
                sbyte[] codes = new sbyte[RowQuantizer.Stride(dimension)];
                QuantizedRow row = RowQuantizer.Quantize(vector, metric, codes);
                double unit = metric == Metric.Cosine ? 1 / RowQuantizer.Norm(vector) : 1;
                for (int i = 0; i < dimension; i++)
                {
                    double error = Math.Abs((vector[i] * unit) - ((double)row.Scale * codes[i]));
                    Assert.True(
                        error <= row.Scale * 0.50001,
                        $"size {size}, dimension {dimension}, component {i}: {error}");
                }

                Assert.Equal(codes.Sum(code => code * code), row.SquareSum);
                Assert.Equal(codes.Sum(code => (int)code), row.CodeSum);
                Assert.All(codes[dimension..], code => Assert.Equal(0, code));
                Assert.DoesNotContain((sbyte)-128, codes);
            }
        }
    }

    [Fact]
    public void Quantize_NegatedVector_HasNegatedCodes()
    {
        var random = new SplitMix64(12);
        float[] vector = random.Vector(100);
        sbyte[] codes = new sbyte[112];
        sbyte[] negated = new sbyte[112];
        RowQuantizer.Quantize(vector, Metric.Dot, codes);
        RowQuantizer.Quantize(Array.ConvertAll(vector, value => -value), Metric.Dot, negated);
        Assert.Equal(codes, Array.ConvertAll(negated, code => (sbyte)-code));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Quantize_NotFinite_NamesThePosition(float value)
    {
        float[] vector = [1, 2, value, 4];
        var error = Assert.Throws<VectorException>(
            () => RowQuantizer.Quantize(vector, Metric.Dot, new sbyte[16]));
        Assert.Contains("Component 2", error.Message);
    }

    /// <summary>By the law of the definition, one component after the other.</summary>
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    public void Quantize_AnyVector_HasTheCodesOfTheDefinition(Metric metric)
    {
        var random = new SplitMix64(13);
        for (int dimension = 1; dimension <= 400; dimension++)
        {
            float[] vector = random.Vector(dimension);
            sbyte[] codes = new sbyte[RowQuantizer.Stride(dimension)];
            QuantizedRow row = RowQuantizer.Quantize(vector, metric, codes);
            double norm = Math.Sqrt(vector.Sum(value => (double)value * value));
            double unit = metric == Metric.Cosine ? 1 / norm : 1;
            float scale = (float)(vector.Max(Math.Abs) * unit / 127);
            Assert.Equal(scale, row.Scale);
            for (int i = 0; i < dimension; i++)
            {
                Assert.Equal(Math.Clamp(Math.Round(vector[i] * (unit / scale)), -127, 127), codes[i]);
            }
        }
    }

    [Theory]
    [InlineData(Metric.Cosine, "finite")]
    [InlineData(Metric.Euclid, "up to")]
    public void Quantize_SeveralRefusedComponents_NamesTheFirst(Metric metric, string reason)
    {
        float[] vector = [1, -2e17f, 3, float.NaN, float.PositiveInfinity, 6];
        int first = metric == Metric.Cosine ? 3 : 1;
        var error = Assert.Throws<VectorException>(
            () => RowQuantizer.Quantize(vector, metric, new sbyte[16]));
        Assert.StartsWith($"Component {first} ", error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void Quantize_TooLargeWhereLengthsCount_IsRefusedAndForCosineTaken()
    {
        float[] vector = [1, 2e17f];
        var error = Assert.Throws<VectorException>(
            () => RowQuantizer.Quantize(vector, Metric.Euclid, new sbyte[16]));
        Assert.Contains("Component 1", error.Message);
        sbyte[] codes = new sbyte[16];
        RowQuantizer.Quantize(vector, Metric.Cosine, codes);
        Assert.Equal(127, codes[1]);
    }

    [Fact]
    public void Quantize_ZeroVector_IsRefusedForCosineOnly()
    {
        Assert.Throws<VectorException>(
            () => RowQuantizer.Quantize(new float[3], Metric.Cosine, new sbyte[16]));
        Assert.Equal(default, RowQuantizer.Quantize(new float[3], Metric.Dot, new sbyte[16]));
    }
}
