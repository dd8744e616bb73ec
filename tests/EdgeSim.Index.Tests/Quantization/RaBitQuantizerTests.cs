using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Tests.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Quantization;

/// <summary>Codes, their side numbers, and what is refused; the estimates are in RaBitQueryTests.</summary>
public sealed class RaBitQuantizerTests
{
    [Theory]
    [InlineData(Metric.Cosine, 100)]
    [InlineData(Metric.Dot, 64)]
    [InlineData(Metric.Euclid, 7)]
    public void Encode_AnyRow_StoresWhatItsDocstringSays(Metric metric, int dimension)
    {
        var random = new SplitMix64(51);
        var rotation = new Rotation(dimension, 9);
        float[] centroid = Array.ConvertAll(random.Vector(dimension), value => value / 10);
        var quantizer = new RaBitQuantizer(rotation, metric, centroid);
        byte[] bits = new byte[quantizer.RowBytes];
        float[] residual = new float[quantizer.Length];
        foreach (float[] vector in VectorShapes.All(ref random, dimension, 3f))
        {
            RaBitRow row = quantizer.Encode(VectorKernels.Best, vector, bits);
            double unit = metric == Metric.Cosine ? 1 / RowQuantizer.Norm(vector) : 1;
            residual.AsSpan().Clear();
            double centreDot = 0;
            for (int i = 0; i < dimension; i++)
            {
                residual[i] = (float)((vector[i] * unit) - centroid[i]);
                centreDot += (double)residual[i] * centroid[i];
            }

            double norm = RowQuantizer.Norm(residual);
            rotation.Apply(VectorKernels.Best, residual);
            double alignment = residual.Sum(value => Math.Abs((double)value))
                / (norm * Math.Sqrt(residual.Length));
            Assert.Equal(norm, row.Norm, norm * 1e-6);
            Assert.Equal(norm / alignment, row.Reach, norm * 1e-5);
            Assert.Equal(centreDot, row.CentreDot, norm * 1e-6);
            Assert.Equal(residual.Count(value => value > 0), row.Ones);
            Assert.Equal(bits.Sum(value => int.PopCount(value)), row.Ones);
            Assert.True(row.Reach >= row.Norm);
        }
    }

    [Fact]
    public void Encode_Int8Codes_EqualsTheVectorTheyStandFor()
    {
        var random = new SplitMix64(52);
        const int Dimension = 100;
        sbyte[] codes = new sbyte[RowQuantizer.Stride(Dimension)];
        foreach (Metric metric in (Metric[])[Metric.Cosine, Metric.Dot, Metric.Euclid])
        {
            var quantizer = new RaBitQuantizer(new Rotation(Dimension, 3), metric, new float[Dimension]);
            byte[] expected = new byte[quantizer.RowBytes];
            byte[] actual = new byte[quantizer.RowBytes];
            QuantizedRow row = RowQuantizer.Quantize(random.Vector(Dimension), metric, codes);
            float[] vector = Array.ConvertAll(codes[..Dimension], code => code * row.Scale);
            RaBitRow fromVector = quantizer.Encode(VectorKernels.Best, vector, expected);
            RaBitRow fromCodes = quantizer.Encode(VectorKernels.Best, codes, row.Scale, actual);
            Assert.Equal(fromVector.Norm, fromCodes.Norm, 1e-6);
            Assert.Equal(fromVector.Reach, fromCodes.Reach, 1e-5);
            Assert.Equal(expected, actual);

            // A row as large as is allowed stays so, though its largest code times the scale rounds up.
            float[] huge = new float[Dimension];
            Array.Fill(huge, IndexLimits.ComponentMax);
            row = RowQuantizer.Quantize(huge, metric, codes);
            Assert.True(float.IsFinite(
                quantizer.Encode(VectorKernels.Best, codes, row.Scale, actual).Reach));
        }
    }

    [Fact]
    public void Centroid_Rows_IsTheirMeanOrTheMeanDirection()
    {
        float[] rows = [3, 0, 0, 1];
        Assert.Equal([1.5f, 0.5f], RaBitQuantizer.Centroid(2, rows, Metric.Dot));
        Assert.Equal([0.5f, 0.5f], RaBitQuantizer.Centroid(2, rows, Metric.Cosine));
        Assert.Equal([0f, 0f], RaBitQuantizer.Centroid(2, [], Metric.Cosine));
        Assert.Throws<VectorException>(() => RaBitQuantizer.Centroid(2, [1, 2, 0, 0], Metric.Cosine));
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Codes_KnownSeed_AreTheSameBitsEverywhere(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        var random = new SplitMix64(53);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Metric metric in (Metric[])[Metric.Cosine, Metric.Dot, Metric.Euclid])
        {
            foreach (int dimension in (int[])[3, 100, 384])
            {
                var quantizer = new RaBitQuantizer(
                    new Rotation(dimension, 42), metric, random.Vector(dimension));
                var pairs = new RaBitPairs(quantizer, kernels);
                pairs.Measure(random.Vector(dimension), random.Vector(dimension));
                hash.AppendData(pairs.Bits);
                hash.AppendData(pairs.Planes);
                hash.AppendData(MemoryMarshal.AsBytes<RaBitRow>([pairs.Row]));
                hash.AppendData(MemoryMarshal.AsBytes<double>(
                    [pairs.Query.Product(pairs.Sum, pairs.Row), pairs.Query.Bound(pairs.Row)]));
            }
        }

        Assert.Equal("A65992553274E4F0A9425E1D42355F61", Convert.ToHexString(hash.GetHashAndReset())[..32]);
    }

    [Fact]
    public void Scan_OfABlock_AllocatesNothing()
    {
        var random = new SplitMix64(54);
        const int Rows = 32;
        var quantizer = new RaBitQuantizer(new Rotation(100, 3), Metric.Dot, random.Vector(100));
        byte[] bits = new byte[Rows * quantizer.RowBytes];
        var rows = new RaBitRow[Rows];
        float[][] vectors = Enumerable.Range(0, Rows + 1).Select(_ => random.Vector(100)).ToArray();
        float[] rotated = new float[quantizer.Length];
        byte[] planes = new byte[quantizer.PlaneBytes];
        int[] sums = new int[Rows];
        int[] survivors = new int[Rows];
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            allocated = GC.GetAllocatedBytesForCurrentThread();
            for (int row = 0; row < Rows; row++)
            {
                rows[row] = quantizer.Encode(
                    VectorKernels.Best,
                    vectors[row],
                    bits.AsSpan(row * quantizer.RowBytes, quantizer.RowBytes));
            }

            RaBitQuery query = quantizer.Prepare(VectorKernels.Best, vectors[Rows], rotated, planes);
            VectorKernels.Best.BitPlaneDot(planes, bits, sums);
            query.CutOff(sums, rows, 1f, survivors);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        }

        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Any_ComponentThatIsNotFinite_IsRefusedWithItsPosition(float value)
    {
        float[] bad = [1, 2, value];
        var quantizer = new RaBitQuantizer(new Rotation(3, 1), Metric.Euclid, new float[3]);
        Action[] attempts =
        [
            () => quantizer.Encode(VectorKernels.Best, bad, new byte[8]),
            () => quantizer.Prepare(VectorKernels.Best, bad, new float[64], new byte[32]),
            () => _ = new RaBitQuantizer(new Rotation(3, 1), Metric.Cosine, bad),
            () => RaBitQuantizer.Centroid(3, bad, Metric.Dot),
        ];
        Assert.All(
            attempts,
            attempt => Assert.Contains("Component 2", Assert.Throws<VectorException>(attempt).Message));
    }

    [Fact]
    public void Any_DimensionLengthOrZeroVectorThatDoesNotFit_IsRefused()
    {
        VectorKernels kernels = VectorKernels.Best;
        var rotation = new Rotation(3, 1);
        var cosine = new RaBitQuantizer(rotation, Metric.Cosine, new float[3]);
        var dot = new RaBitQuantizer(rotation, Metric.Dot, new float[3]);
        Assert.Throws<VectorException>(() => new RaBitQuantizer(rotation, Metric.Dot, new float[4]));
        Assert.Throws<VectorException>(() => dot.Encode(kernels, new float[4], new byte[8]));
        Assert.Throws<VectorException>(() => dot.Encode(kernels, [2e17f, 0, 0], new byte[8]));
        Assert.Throws<VectorException>(() => dot.Encode(kernels, new sbyte[4], 1f, new byte[8]));
        Assert.Throws<VectorException>(() => dot.Prepare(kernels, [1], new float[64], new byte[32]));
        Assert.Throws<VectorException>(() => cosine.Encode(kernels, new float[3], new byte[8]));
        Assert.Throws<VectorException>(() => cosine.Encode(kernels, new sbyte[3], 1f, new byte[8]));
        Assert.Throws<VectorException>(
            () => cosine.Prepare(kernels, new float[3], new float[64], new byte[32]));
        Assert.Throws<ArgumentException>(() => dot.Encode(kernels, new float[3], new byte[9]));
        Assert.Throws<ArgumentException>(
            () => dot.Prepare(kernels, new float[3], new float[3], new byte[32]));
        Assert.Throws<ArgumentException>(
            () => dot.Prepare(kernels, new float[3], new float[64], new byte[8]));
        Assert.Equal(default, dot.Encode(kernels, new float[3], new byte[8]));
    }
}
