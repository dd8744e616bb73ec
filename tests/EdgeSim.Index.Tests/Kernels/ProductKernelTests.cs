using EdgeSim.Index.Kernels;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Kernels;

/// <summary>Scans of product codes against the law, with a forbidden page right behind the data.</summary>
public sealed class ProductKernelTests
{
    private static IEnumerable<int> Subspaces => Emulation.IsOn
        ? Enumerable.Range(1, 20).Concat([31, 32, 33, 48, 64, 96, 255, 256])
        : Enumerable.Range(1, VectorKernels.SubspacesMax);

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Scans_EverySubspaceCount_EqualTheLaw(string name)
    {
        var random = new SplitMix64(21);
        foreach (int subspaces in Subspaces)
        {
            Compare(VectorKernels.Select(name), subspaces, 40, ref random);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Scans_EveryRowCount_EqualTheLaw(string name)
    {
        var random = new SplitMix64(22);
        foreach (int count in KernelCases.RowCounts)
        {
            Compare(VectorKernels.Select(name), 13, count, ref random);
            Compare(VectorKernels.Select(name), 48, count, ref random);
        }
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void ScanNibbles_LargestEntries_DoNotOverflow(string name)
    {
        byte[] tables = new byte[VectorKernels.SubspacesMax * VectorKernels.NibbleCentroids];
        Array.Fill(tables, byte.MaxValue);
        byte[] blocks = new byte[2 * VectorKernels.SubspacesMax * (VectorKernels.BlockRows / 2)];
        new Random(23).NextBytes(blocks);
        ushort[] sums = new ushort[50];
        VectorKernels.Select(name).ScanNibbles(tables, blocks, sums);
        Assert.All(sums, sum => Assert.Equal(255 * VectorKernels.SubspacesMax, sum));
    }

    [Theory]
    [MemberData(nameof(KernelCases.Names), MemberType = typeof(KernelCases))]
    public void Lengths_ThatDoNotFit_AreRefused(string name)
    {
        VectorKernels kernels = VectorKernels.Select(name);
        Assert.Throws<ArgumentException>(
            () => kernels.ScanNibbles(new byte[15], new byte[16], new ushort[1]));
        Assert.Throws<ArgumentException>(
            () => kernels.ScanNibbles(new byte[32], new byte[16], new ushort[1]));
        Assert.Throws<ArgumentException>(
            () => kernels.ScanNibbles(new byte[16], new byte[16], new ushort[33]));
        Assert.Throws<ArgumentException>(() => kernels.ScanNibbles([], [], new ushort[1]));
        Assert.Throws<ArgumentException>(
            () => kernels.ScanNibbles(new byte[257 * 16], new byte[257 * 16], new ushort[1]));
        Assert.Throws<ArgumentException>(() => kernels.ScanBytes(new float[255], new byte[1], new float[1]));
        Assert.Throws<ArgumentException>(() => kernels.ScanBytes(new float[512], new byte[3], new float[1]));
    }

    private static void Compare(VectorKernels kernels, int subspaces, int count, ref SplitMix64 random)
    {
        string what = $"{kernels.Name}, {count} rows of {subspaces} sub-spaces";
        int blockCount = (count + VectorKernels.BlockRows - 1) / VectorKernels.BlockRows;
        int blockBytes = blockCount * subspaces * (VectorKernels.BlockRows / 2);
        using var memory = new GuardedMemory(Math.Max(blockBytes, count * subspaces));
        using var tableMemory = new GuardedMemory(subspaces * VectorKernels.NibbleCentroids);

        Span<byte> nibbleTables = tableMemory.Last<byte>(subspaces * VectorKernels.NibbleCentroids);
        random.Fill(nibbleTables);
        Span<byte> blocks = memory.Last<byte>(blockBytes);
        random.Fill(blocks);
        ushort[] expected = new ushort[count];
        ushort[] actual = new ushort[count];
        KernelCases.Law.ScanNibbles(nibbleTables, blocks, expected);
        kernels.ScanNibbles(nibbleTables, blocks, actual);
        KernelCases.AssertEqual<ushort>(expected, actual, "ScanNibbles " + what);

        float[] tables = random.Vector(subspaces * VectorKernels.ByteCentroids);
        Span<byte> rows = memory.Last<byte>(count * subspaces);
        random.Fill(rows);
        float[] expectedSums = new float[count];
        float[] actualSums = new float[count];
        KernelCases.Law.ScanBytes(tables, rows, expectedSums);
        kernels.ScanBytes(tables, rows, actualSums);
        KernelCases.AssertSameBits(expectedSums, actualSums, "ScanBytes " + what);
    }
}
