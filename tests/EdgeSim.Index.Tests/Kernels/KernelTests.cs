using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Kernels;

/// <summary>
/// Every class of kernels against the law, bit for bit, with a forbidden page right behind the data.
/// </summary>
public sealed class KernelTests
{
    private static readonly ScalarKernels s_law = new();

    public static TheoryData<string> Names()
        => new(VectorKernels.Available.Select(kernels => kernels.Name));

    [Fact]
    public void Available_OnThisProcessor_HasItsVectorClass()
    {
        string[] names = VectorKernels.Available.Select(kernels => kernels.Name).ToArray();
        Assert.Equal("scalar", names[0]);
        if (RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
        {
            Assert.Contains("neon", names);
        }
        else if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
        {
            Assert.Contains("avx2", names);
        }
    }

    [Fact]
    public void Select_NoName_ReturnsTheFastest()
        => Assert.Same(VectorKernels.Available[^1], VectorKernels.Select(null));

    [Theory]
    [InlineData("sse9")]
    [InlineData("AVX2")]
    public void Select_UnknownName_ListsWhatThereIs(string name)
    {
        var error = Assert.Throws<PlatformNotSupportedException>(() => VectorKernels.Select(name));
        Assert.Contains(name, error.Message);
        Assert.Contains("scalar", error.Message);
        Assert.Contains(VectorKernels.Variable, error.Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Select_EachName_ReturnsThatClass(string name)
        => Assert.Equal(name, VectorKernels.Select(name).Name);

    [Theory]
    [MemberData(nameof(Names))]
    public void DotOfCodes_EveryLength_EqualsTheLaw(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        var random = new SplitMix64(1);
        using var memory = new GuardedMemory(4096 * 5);
        using var queryMemory = new GuardedMemory(4096);
        foreach (int length in Lengths())
        {
            const int Rows = 5;
            Span<sbyte> rows = memory.Last<sbyte>(Rows * length);
            Span<sbyte> query = queryMemory.Last<sbyte>(length);
            random.Fill(rows);
            random.Fill(query);
            Compare(kernels, query, rows, Rows);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DotOfCodes_BoundaryFills_EqualTheExactProduct(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        sbyte[] fills = [-128, -127, -1, 0, 1, 127];
        using var memory = new GuardedMemory(4096 * 4);
        foreach (int length in (int[])[1, 15, 16, 17, 31, 32, 33, 257, 512, 4096])
        {
            foreach (sbyte left in fills)
            {
                foreach (sbyte right in fills)
                {
                    sbyte[] query = new sbyte[length];
                    Array.Fill(query, left);
                    Span<sbyte> rows = memory.Last<sbyte>(4 * length);
                    rows.Fill(right);
                    int[] scores = new int[4];
                    kernels.Dot(query, rows, scores);
                    Assert.All(scores, score => Assert.Equal(length * left * right, score));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DotOfCodes_EveryRowCount_EqualsTheLaw(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        var random = new SplitMix64(2);
        foreach (int length in (int[])[1, 16, 37, 384])
        {
            using var memory = new GuardedMemory((17 * length) + 1);
            for (int count = 0; count <= 17; count++)
            {
                sbyte[] query = new sbyte[length];
                random.Fill(query);
                Span<sbyte> rows = memory.Last<sbyte>(count * length);
                random.Fill(rows);
                Compare(kernels, query, rows, count);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DotOfCodes_EveryAlignment_EqualsTheLaw(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        var random = new SplitMix64(3);
        sbyte[] memory = new sbyte[64 + (6 * 80)];
        random.Fill(memory);
        for (int shift = 0; shift < 64; shift++)
        {
            foreach (int length in (int[])[16, 48, 80])
            {
                Compare(kernels, memory.AsSpan(63 - shift, length), memory.AsSpan(shift, 6 * length), 6);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void FloatKernels_EveryLength_EqualTheLawBitForBit(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        var random = new SplitMix64(4);
        using var memory = new GuardedMemory(4096);
        using var queryMemory = new GuardedMemory(4096 * sizeof(float));
        foreach (int length in Lengths())
        {
            Span<sbyte> row = memory.Last<sbyte>(length);
            Span<float> query = queryMemory.Last<float>(length);
            random.Fill(row);
            random.Vector(length).CopyTo(query);
            float scale = random.Signed();
            AssertSameBits(s_law.Dot(query, row), kernels.Dot(query, row));
            AssertSameBits(
                s_law.DistanceSquared(query, row, scale), kernels.DistanceSquared(query, row, scale));
        }
    }

    [Fact]
    public void FloatLaw_AgainstPlainSums_DiffersByRoundingOnly()
    {
        var random = new SplitMix64(5);
        foreach (int length in (int[])[1, 7, 8, 512, 4096])
        {
            float[] query = random.Vector(length);
            sbyte[] row = new sbyte[length];
            random.Fill(row);
            double dot = 0;
            double size = 0;
            double distance = 0;
            for (int i = 0; i < length; i++)
            {
                dot += (double)query[i] * row[i];
                size += Math.Abs((double)query[i] * row[i]);
                distance += Math.Pow(query[i] - (0.25 * row[i]), 2);
            }

            Assert.Equal(dot, s_law.Dot(query, row), 1e-13 * size);
            Assert.Equal(distance, s_law.DistanceSquared(query, row, 0.25f), 1e-13 * distance);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Dot_LengthsThatDoNotFit_AreRefused(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        Assert.Throws<ArgumentException>(() => kernels.Dot(new sbyte[16], new sbyte[33], new int[2]));
        Assert.Throws<ArgumentException>(() => kernels.Dot([], [], new int[1]));
        Assert.Throws<ArgumentException>(() => kernels.Dot(new sbyte[4097], new sbyte[4097], new int[1]));
        Assert.Throws<ArgumentException>(() => kernels.Dot(new float[16], new sbyte[15]));
        Assert.Throws<ArgumentException>(() => kernels.DistanceSquared(new float[15], new sbyte[16], 1f));
    }

    private static IEnumerable<int> Lengths()
    {
        IEnumerable<int> small = Emulation.IsOn
            ? Enumerable.Range(1, 66).Concat([127, 128, 129, 255, 256, 257])
            : Enumerable.Range(1, 257);
        return small.Concat([384, 512, 768, 1024, 1280, 4096]);
    }

    private static void Compare(
        VectorKernels kernels, ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, int count)
    {
        int[] expected = new int[count];
        int[] actual = new int[count];
        s_law.Dot(query, rows, expected);
        kernels.Dot(query, rows, actual);
        Assert.Equal(expected, actual);
    }

    private static void AssertSameBits(double expected, double actual)
        => Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(actual));
}
