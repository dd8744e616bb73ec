using EdgeSim.Index.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Kernels;

/// <summary>
/// Operations on float rows against the law bit for bit, with a forbidden page behind the data.
/// </summary>
public sealed class FloatKernelTests
{
    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Every_Length_EqualsTheLawBitForBit(string name)
    {
        var random = new SplitMix64(31);
        using var memory = new GuardedMemory(4096 * 5 * sizeof(float));
        using var queryMemory = new GuardedMemory(4096 * sizeof(float));
        foreach (int length in KernelCases.Lengths)
        {
            Span<float> rows = memory.Last<float>(5 * length);
            Span<float> query = queryMemory.Last<float>(length);
            random.Vector(rows.Length).CopyTo(rows);
            random.Vector(length).CopyTo(query);
            Compare(VectorKernels.Select(name), query, rows, 5);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Every_RowCount_EqualsTheLawBitForBit(string name)
    {
        var random = new SplitMix64(32);
        foreach (int length in (int[])[1, 8, 16, 37])
        {
            using var memory = new GuardedMemory(71 * length * sizeof(float));
            float[] query = random.Vector(length);
            foreach (int count in KernelCases.RowCounts)
            {
                Span<float> rows = memory.Last<float>(count * length);
                random.Vector(rows.Length).CopyTo(rows);
                Compare(VectorKernels.Select(name), query, rows, count);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Hadamard_EveryPowerOfTwo_EqualsTheLawBitForBit(string name)
    {
        var random = new SplitMix64(33);
        using var memory = new GuardedMemory(4096 * sizeof(float));
        for (int length = 1; length <= 4096; length *= 2)
        {
            Span<float> values = memory.Last<float>(length);
            random.Vector(length).CopyTo(values);
            float[] expected = values.ToArray();
            KernelCases.Law.Hadamard(expected);
            VectorKernels.Select(name).Hadamard(values);
            KernelCases.AssertSameBits(expected, values, $"{name} Hadamard of {length}");
        }
    }

    [Fact]
    public void Hadamard_LawTwice_IsTheLengthTimesTheInput()
    {
        var random = new SplitMix64(34);
        float[] values = random.Vector(256);
        float[] twice = [.. values];
        KernelCases.Law.Hadamard(twice);
        KernelCases.Law.Hadamard(twice);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(256.0 * values[i], twice[i], 1e-3);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void MaxMagnitude_NotFiniteAnywhere_IsNotFinite(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        foreach (int length in (int[])[1, 7, 16, 33, 70])
        {
            for (int i = 0; i < length; i++)
            {
                foreach (float value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
                {
                    float[] row = new float[length];
                    row[i] = value;
                    Assert.False(float.IsFinite(kernels.MaxMagnitude(row)));
                }

                float[] finite = new float[length];
                finite[i] = -float.MaxValue;
                Assert.Equal(float.MaxValue, kernels.MaxMagnitude(finite));
            }
        }
    }

    [Fact]
    public void Dot_Law_StaysWithinItsStatedError()
    {
        var random = new SplitMix64(35);
        foreach (int length in (int[])[1, 16, 100, 384, 1536, 4096])
        {
            float[] query = random.Vector(length);
            float[] row = random.Vector(length);
            double exact = 0;
            double size = 0;
            for (int i = 0; i < length; i++)
            {
                exact += (double)query[i] * row[i];
                size += Math.Abs((double)query[i] * row[i]);
            }

            float[] score = new float[1];
            KernelCases.Law.Dot(query, row, score);
            Assert.Equal(exact, score[0], ((length / 16) + 5) * Math.Pow(2, -24) * size);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void SquareSum_AnySize_IsTheSumOfExactSquares(string name)
    {
        var random = new SplitMix64(36);
        foreach (float size in (float[])[1f, float.MaxValue, float.Epsilon])
        {
            for (int length = 1; length <= 70; length++)
            {
                float[] row = Array.ConvertAll(random.Vector(length), value => value / 4f * size);
                row[^1] = size;
                double exact = row.Sum(value => (double)value * value);
                double sum = VectorKernels.Select(name).SquareSum(row);
                Assert.Equal(KernelCases.Law.SquareSum(row), sum);
                Assert.Equal(1, sum / exact, 1e-14);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Lengths_ThatDoNotFit_AreRefused(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        Assert.Throws<ArgumentException>(() => kernels.Dot(new float[4], new float[9], new float[2]));
        Assert.Throws<ArgumentException>(
            () => kernels.DistanceSquared(new float[4], new float[8], new float[3]));
        Assert.Throws<ArgumentException>(() => kernels.Hadamard(new float[3]));
        Assert.Throws<ArgumentException>(() => kernels.Hadamard([]));
        Assert.Throws<ArgumentException>(() => kernels.MaxMagnitude([]));
        Assert.Throws<ArgumentException>(() => kernels.SquareSum([]));
    }

    private static void Compare(
        VectorKernels kernels, ReadOnlySpan<float> query, ReadOnlySpan<float> rows, int count)
    {
        string what = $"{kernels.Name}, {count} rows of {query.Length}";
        float[] expected = new float[count];
        float[] actual = new float[count];
        KernelCases.Law.Dot(query, rows, expected);
        kernels.Dot(query, rows, actual);
        KernelCases.AssertSameBits(expected, actual, "Dot " + what);
        KernelCases.Law.DistanceSquared(query, rows, expected);
        kernels.DistanceSquared(query, rows, actual);
        KernelCases.AssertSameBits(expected, actual, "DistanceSquared " + what);
        Assert.Equal(KernelCases.Law.MaxMagnitude(query), kernels.MaxMagnitude(query));
        Assert.Equal(KernelCases.Law.SquareSum(query), kernels.SquareSum(query)); // Doubles: exactly.
    }
}
