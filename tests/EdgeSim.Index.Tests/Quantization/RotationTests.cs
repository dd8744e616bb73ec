using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Tests.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Quantization;

public sealed class RotationTests
{
    [Theory]
    [InlineData(1, 64)]
    [InlineData(64, 64)]
    [InlineData(65, 128)]
    [InlineData(384, 512)]
    [InlineData(4096, 4096)]
    public void Apply_AnyVector_KeepsItsLengthAndLeadsBack(int dimension, int length)
    {
        var rotation = new Rotation(dimension, 5);
        Assert.Equal(length, rotation.Length);
        var random = new SplitMix64(21);
        foreach (float size in (float[])[1f, 1e-20f, 1e17f])
        {
            foreach (float[] vector in VectorShapes.All(ref random, dimension, size))
            {
                float[] rotated = Rotated(rotation, VectorKernels.Best, vector);
                double norm = RowQuantizer.Norm(vector);
                Assert.InRange(RowQuantizer.Norm(rotated), norm * (1 - 2e-6), norm * (1 + 2e-6));
                rotation.Invert(VectorKernels.Best, rotated);
                for (int i = 0; i < length; i++)
                {
                    float expected = i < dimension ? vector[i] : 0f;
                    Assert.InRange(rotated[i] - expected, -2e-6 * norm, 2e-6 * norm);
                }
            }
        }
    }

    [Fact]
    public void Apply_TwoVectors_KeepsTheirInnerProduct()
    {
        var random = new SplitMix64(22);
        for (int dimension = 1; dimension < 300; dimension += 13)
        {
            var rotation = new Rotation(dimension, (ulong)dimension);
            float[] one = random.Vector(dimension);
            float[] two = random.Vector(dimension);
            double expected = one.Zip(two, (a, b) => (double)a * b).Sum();
            double actual = Rotated(rotation, VectorKernels.Best, one)
                .Zip(Rotated(rotation, VectorKernels.Best, two), (a, b) => (double)a * b).Sum();
            double lengths = RowQuantizer.Norm(one) * RowQuantizer.Norm(two);
            Assert.InRange(actual, expected - (2e-6 * lengths), expected + (2e-6 * lengths));
        }
    }

    /// <summary>A vector of one component is the hardest: it starts on an axis.</summary>
    [Fact]
    public void Apply_AxisOverManySeeds_SpreadsLikeARandomDirection()
    {
        int seeds = Emulation.Choose(2_000, 500);
        const int Length = 64;
        double fourth = 0;
        for (int seed = 0; seed < seeds; seed++)
        {
            float[] rotated = Rotated(new Rotation(Length, (ulong)seed), VectorKernels.Best, [1f]);
            fourth += rotated.Sum(value => Math.Pow(value, 4)) * Length;
        }

        // On the sphere the mean of x^4 is 3 / (D (D + 2)): here 3 x 64 / 66 = 2.91, a corner would give 1.
        Assert.InRange(fourth / seeds, 2.7, 3.1);
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Apply_KnownSeed_GivesTheSameBitsEverywhere(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        var random = new SplitMix64(23);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (int dimension in (int[])[1, 100, 384, 1024])
        {
            float[] rotated = Rotated(new Rotation(dimension, 42), kernels, random.Vector(dimension));
            hash.AppendData(MemoryMarshal.AsBytes<float>(rotated));
        }

        Assert.Equal("452A5C4F73D64B9AC10A27C181BCC9AF", Convert.ToHexString(hash.GetHashAndReset())[..32]);
    }

    [Fact]
    public void Rotation_LengthsThatDoNotFit_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rotation(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rotation(4097, 1));
        var rotation = new Rotation(100, 1);
        Assert.Throws<ArgumentException>(() => rotation.Apply(VectorKernels.Best, new float[100]));
        Assert.Throws<ArgumentException>(() => rotation.Invert(VectorKernels.Best, new float[64]));
    }

    private static float[] Rotated(Rotation rotation, VectorKernels kernels, float[] vector)
    {
        float[] values = new float[rotation.Length];
        vector.CopyTo(values, 0);
        rotation.Apply(kernels, values);
        return values;
    }
}
