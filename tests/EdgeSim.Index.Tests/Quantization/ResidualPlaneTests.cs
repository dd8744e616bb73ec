using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Tests.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Quantization;

public sealed class ResidualPlaneTests
{
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclid)]
    public void Quantize_AnyVector_IsOffByAtMostAScaleOver508(Metric metric)
    {
        var random = new SplitMix64(41);
        float[] sizes = metric == Metric.Cosine
            ? [1f, 1e-45f, 1e-42f, 1e-30f, 1e30f, 3e38f]
            : [1f, 1e-45f, 1e-42f, 1e-36f, 1e-30f, 1e17f];
        foreach (float size in sizes)
        {
            for (int dimension = 1; dimension <= 70; dimension++)
            {
                foreach (float[] vector in VectorShapes.All(ref random, dimension, size))
                {
                    Check(vector, metric);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void DotAndDistance_BothPlanes_EqualTheReconstruction(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        var random = new SplitMix64(42);
        for (int dimension = 1; dimension <= 200; dimension += 7)
        {
            int stride = RowQuantizer.Stride(dimension);
            float[] vector = random.Vector(dimension);
            float[] query = new float[stride];
            random.Vector(dimension).CopyTo(query, 0);
            (sbyte[] codes, sbyte[] residuals, float scale) = Planes(vector, Metric.Euclid);
            double dot = 0;
            double distance = 0;
            for (int i = 0; i < dimension; i++)
            {
                double value = (double)scale * ((codes[i] * 254) + residuals[i]) / 254;
                dot += query[i] * value;
                distance += (query[i] - value) * (query[i] - value);
            }

            double norms = RowQuantizer.Norm(query) * RowQuantizer.Norm(vector);
            double actual = ResidualPlane.Dot(kernels, query, codes, residuals, scale);
            Assert.InRange(actual - dot, -1e-12 * norms, 1e-12 * norms);
            Assert.Equal(actual, ResidualPlane.Dot(KernelCases.Law, query, codes, residuals, scale));
            actual = ResidualPlane.DistanceSquared(kernels, query, codes, residuals, scale);
            Assert.InRange(actual - distance, -1e-12 * distance, 1e-12 * distance);
            Assert.Equal(
                actual, ResidualPlane.DistanceSquared(KernelCases.Law, query, codes, residuals, scale));

            // The stored vector itself: only what the planes lost is left.
            query.AsSpan().Clear();
            vector.CopyTo(query, 0);
            double bound = scale / 508 * Math.Sqrt(dimension) * 1.0001;
            actual = ResidualPlane.DistanceSquared(kernels, query, codes, residuals, scale);
            Assert.InRange(actual, 0, bound * bound);
        }
    }

    [Fact]
    public void Quantize_WhatDoesNotFit_IsRefused()
    {
        sbyte[] codes = new sbyte[16];
        Assert.Contains(
            "Component 1",
            Assert.Throws<VectorException>(() => ResidualPlane.Quantize(
                [1, float.NegativeInfinity], Metric.Dot, codes, 1f, new sbyte[16])).Message);
        Assert.Throws<VectorException>(
            () => ResidualPlane.Quantize(new float[2], Metric.Cosine, codes, 1f, new sbyte[16]));
        Assert.Throws<VectorException>(
            () => ResidualPlane.Quantize(new float[17], Metric.Dot, codes, 1f, new sbyte[16]));
        Assert.Throws<ArgumentException>(
            () => ResidualPlane.Quantize(new float[2], Metric.Dot, codes, 1f, new sbyte[32]));
        Assert.Throws<ArgumentException>(
            () => ResidualPlane.Reconstruct(codes, new sbyte[16], 1f, new float[17]));
    }

    private static void Check(float[] vector, Metric metric)
    {
        (sbyte[] codes, sbyte[] residuals, float scale) = Planes(vector, metric);
        double unit = metric == Metric.Cosine ? 1 / RowQuantizer.Norm(vector) : 1;
        float[] reconstructed = new float[vector.Length];
        ResidualPlane.Reconstruct(codes, residuals, scale, reconstructed);
        for (int i = 0; i < vector.Length; i++)
        {
            double value = (double)scale * ((codes[i] * 254) + residuals[i]) / 254;
            double error = Math.Abs((vector[i] * unit) - value);
            Assert.True(
                error <= (double)scale / 508 * 1.0001,
                $"max {vector.Max()}, dimension {vector.Length}, component {i}: {error} of {scale}");
            Assert.Equal((float)value, reconstructed[i]);
        }

        Assert.All(residuals[vector.Length..], code => Assert.Equal(0, code));
        Assert.DoesNotContain((sbyte)-128, residuals);
    }

    private static (sbyte[] Codes, sbyte[] Residuals, float Scale) Planes(float[] vector, Metric metric)
    {
        sbyte[] codes = new sbyte[RowQuantizer.Stride(vector.Length)];
        sbyte[] residuals = new sbyte[codes.Length];
        Array.Fill(residuals, (sbyte)1);
        float scale = RowQuantizer.Quantize(vector, metric, codes).Scale;
        ResidualPlane.Quantize(vector, metric, codes, scale, residuals);
        return (codes, residuals, scale);
    }
}
