using EdgeSim.Index.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Kernels;

/// <summary>
/// Operations on rows of bits against the law, with a forbidden page right behind the data.
/// </summary>
public sealed class BitKernelTests
{
    /// <summary>Bytes of a row: every number that 1 to 520 bits need, then those of long vectors.</summary>
    private static IEnumerable<int> Lengths
        => Enumerable.Range(1, 65).Concat([96, 127, 128, 129, 192, 511, 512]);

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Every_Length_EqualsTheLaw(string name)
    {
        var random = new SplitMix64(11);
        using var memory = new GuardedMemory(VectorKernels.BitRowBytesMax * 9);
        using var planeMemory = new GuardedMemory(VectorKernels.BitRowBytesMax * VectorKernels.PlaneCount);
        foreach (int length in Lengths)
        {
            Span<byte> rows = memory.Last<byte>(9 * length);
            Span<byte> planes = planeMemory.Last<byte>(VectorKernels.PlaneCount * length);
            random.Fill(rows);
            random.Fill(planes);
            Compare(VectorKernels.Select(name), planes, rows, 9);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Every_RowCount_EqualsTheLaw(string name)
    {
        var random = new SplitMix64(12);
        foreach (int length in (int[])[1, 7, 8, 13, 48, 64])
        {
            using var memory = new GuardedMemory(71 * length);
            byte[] planes = new byte[VectorKernels.PlaneCount * length];
            random.Fill(planes);
            foreach (int count in KernelCases.RowCounts)
            {
                Span<byte> rows = memory.Last<byte>(count * length);
                random.Fill(rows);
                Compare(VectorKernels.Select(name), planes, rows, count);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void All_Ones_GiveTheLargestSums(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        foreach (int length in Lengths)
        {
            byte[] planes = new byte[VectorKernels.PlaneCount * length];
            byte[] rows = new byte[5 * length];
            Array.Fill(planes, byte.MaxValue);
            Array.Fill(rows, byte.MaxValue);
            int[] sums = new int[5];
            kernels.BitPlaneDot(planes, rows, sums);
            Assert.All(sums, sum => Assert.Equal(15 * 8 * length, sum));
            kernels.Hamming(new byte[length], rows, sums);
            Assert.All(sums, sum => Assert.Equal(8 * length, sum));
            kernels.Hamming(planes.AsSpan(0, length), rows, sums);
            Assert.All(sums, sum => Assert.Equal(0, sum));
        }
    }

    [Fact]
    public void BitPlaneDot_Law_IsTheSumOfTheComponentsWhereTheRowHasOnes()
    {
        var random = new SplitMix64(13);
        const int Length = 11;
        byte[] components = new byte[8 * Length];
        byte[] planes = new byte[VectorKernels.PlaneCount * Length];
        byte[] row = new byte[Length];
        random.Fill(row);
        int expected = 0;
        for (int i = 0; i < components.Length; i++)
        {
            components[i] = (byte)random.Below(16);
            expected += ((row[i / 8] >> (i % 8)) & 1) * components[i];
            for (int plane = 0; plane < VectorKernels.PlaneCount; plane++)
            {
                planes[(plane * Length) + (i / 8)] |= (byte)(((components[i] >> plane) & 1) << (i % 8));
            }
        }

        int[] sums = new int[1];
        KernelCases.Law.BitPlaneDot(planes, row, sums);
        Assert.Equal(expected, sums[0]);
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Lengths_ThatDoNotFit_AreRefused(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        Assert.Throws<ArgumentException>(() => kernels.Hamming([], [], new int[1]));
        Assert.Throws<ArgumentException>(() => kernels.Hamming(new byte[3], new byte[7], new int[2]));
        Assert.Throws<ArgumentException>(() => kernels.Hamming(new byte[513], new byte[513], new int[1]));
        Assert.Throws<ArgumentException>(() => kernels.BitPlaneDot(new byte[7], new byte[2], new int[2]));
        Assert.Throws<ArgumentException>(() => kernels.BitPlaneDot(new byte[8], new byte[3], new int[2]));
    }

    private static void Compare(
        VectorKernels kernels, ReadOnlySpan<byte> planes, ReadOnlySpan<byte> rows, int count)
    {
        int length = planes.Length / VectorKernels.PlaneCount;
        string what = $"{kernels.Name}, {count} rows of {length} bytes";
        int[] expected = new int[count];
        int[] actual = new int[count];
        KernelCases.Law.Hamming(planes[..length], rows, expected);
        kernels.Hamming(planes[..length], rows, actual);
        KernelCases.AssertEqual<int>(expected, actual, "Hamming " + what);
        KernelCases.Law.BitPlaneDot(planes, rows, expected);
        kernels.BitPlaneDot(planes, rows, actual);
        KernelCases.AssertEqual<int>(expected, actual, "BitPlaneDot " + what);
    }
}
