using System.Numerics;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Tests.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Quantization;

public sealed class BinaryQuantizerTests
{
    [Fact]
    public void Quantize_AnyDimension_SetsTheBitsAboveTheCentre()
    {
        var random = new SplitMix64(31);
        for (int dimension = 1; dimension <= 70; dimension++)
        {
            float[] vector = random.Vector(dimension);
            float[] centre = random.Vector(dimension);
            vector[0] = centre[0];
            byte[] bits = new byte[BinaryQuantizer.Bytes(dimension)];
            Array.Fill(bits, byte.MaxValue);
            BinaryQuantizer.Quantize(vector, centre, bits);
            for (int i = 0; i < 8 * bits.Length; i++)
            {
                bool expected = i < dimension && vector[i] > centre[i];
                Assert.Equal(expected, ((bits[i / 8] >> (i % 8)) & 1) == 1);
            }
        }
    }

    /// <summary>The promise: expected fraction of differing bits = angle / pi.</summary>
    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Hamming_RandomPairs_AverageToAngleOverPi(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        var random = new SplitMix64(32);
        const int Dimension = 256;
        int pairs = Emulation.Choose(1_000, 200);
        byte[] one = new byte[Dimension / 8];
        byte[] two = new byte[Dimension / 8];
        int[] distance = new int[1];
        foreach (double mix in (double[])[0.1, 0.5, 1, 3, 50])
        {
            double excess = 0;
            double squares = 0;
            for (int pair = 0; pair < pairs; pair++)
            {
                float[] first = random.Normal(Dimension);
                float[] second = random.Normal(Dimension);
                for (int i = 0; i < Dimension; i++)
                {
                    second[i] = (float)(first[i] + (mix * second[i]));
                }

                BinaryQuantizer.Quantize(first, default, one);
                BinaryQuantizer.Quantize(second, default, two);
                kernels.Hamming(one, two, distance);
                double angle = Math.Acos(Rows.Score(Metric.Cosine, first, second));
                double error = ((double)distance[0] / Dimension) - (angle / Math.PI);
                excess += error;
                squares += error * error;
            }

            double mean = excess / pairs;
            double deviation = Math.Sqrt(squares / pairs);
            Assert.InRange(mean, -4 * deviation / Math.Sqrt(pairs), 4 * deviation / Math.Sqrt(pairs));
            Assert.InRange(deviation, 0, 1 / (2 * Math.Sqrt(Dimension)));
        }
    }

    [Theory]
    [InlineData(1e-45f)]
    [InlineData(3e38f)]
    public void Quantize_SmallestAndLargest_KeepTheirSigns(float size)
    {
        byte[] bits = new byte[1];
        BinaryQuantizer.Quantize([size, -size, 0f, -0f, size], default, bits);
        Assert.Equal(0b10001, bits[0]);
        Assert.Equal(2, BitOperations.PopCount(bits[0]));
    }

    [Fact]
    public void Quantize_WhatHasNoDirection_IsRefused()
    {
        byte[] bits = new byte[1];
        Assert.Contains(
            "Component 1",
            Assert.Throws<VectorException>(
                () => BinaryQuantizer.Quantize([1, float.NaN], default, bits)).Message);
        Assert.Throws<VectorException>(() => BinaryQuantizer.Quantize([0, 0], default, bits));
        Assert.Throws<VectorException>(() => BinaryQuantizer.Quantize([1, 2], [1, 2, 3], bits));
        Assert.Throws<ArgumentException>(() => BinaryQuantizer.Quantize(new float[9], default, bits));
    }
}
