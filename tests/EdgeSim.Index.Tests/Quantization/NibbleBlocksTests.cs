using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Quantization;

public sealed class NibbleBlocksTests
{
    private static int[] Sizes { get; } = Emulation.Choose(
        Enumerable.Range(1, 70).ToArray(), [1, 2, 3, 7, 8, 16, 31, 33, 70]);

    [Fact]
    public void Pack_EveryRowCountAndSubspaceCount_UnpacksToTheSame()
    {
        var random = new SplitMix64(31);
        foreach (int subspaces in Sizes)
        {
            for (int rows = 0; rows <= 70; rows++)
            {
                byte[] codes = Codes(rows, subspaces, ref random);
                byte[] blocks = new byte[NibbleBlocks.Bytes(rows, subspaces)];
                random.Fill(blocks);
                NibbleBlocks.Pack(codes, subspaces, blocks);
                byte[] unpacked = new byte[codes.Length];
                random.Fill(unpacked);
                NibbleBlocks.Unpack(blocks, subspaces, unpacked);
                Assert.Equal(codes, unpacked);

                // Nothing but the rows: the padding is zero, so the nibbles' sum is the codes' sum.
                Assert.Equal(codes.Sum(code => code), blocks.Sum(pair => (pair & 15) + (pair >> 4)));
            }
        }
    }

    [Fact]
    public void Pack_AnyRows_IsTheLayoutThatTheScanReads()
    {
        var random = new SplitMix64(32);
        for (int rows = 0; rows <= 70; rows++)
        {
            int subspaces = (rows % 9) + 1;
            byte[] codes = Codes(rows, subspaces, ref random);
            byte[] blocks = new byte[NibbleBlocks.Bytes(rows, subspaces)];
            NibbleBlocks.Pack(codes, subspaces, blocks);
            byte[] tables = new byte[subspaces * 16];
            random.Fill(tables);
            ushort[] sums = new ushort[rows];
            VectorKernels.Best.ScanNibbles(tables, blocks, sums);
            for (int row = 0; row < rows; row++)
            {
                int first = row * subspaces;
                int sum = Enumerable.Range(0, subspaces).Sum(i => tables[(i * 16) + codes[first + i]]);
                Assert.Equal(sum, sums[row]);
            }
        }
    }

    [Fact]
    public void SizesAndCodes_ThatDoNotFit_AreRefused()
    {
        Assert.Contains(
            "Code 1 of row 2 is 16",
            Assert.Throws<ArgumentException>(
                () => NibbleBlocks.Pack([0, 15, 1, 2, 3, 16], 2, new byte[32])).Message);
        Assert.Throws<ArgumentException>(() => NibbleBlocks.Pack(new byte[5], 2, new byte[32]));
        Assert.Throws<ArgumentException>(() => NibbleBlocks.Pack(new byte[6], 2, new byte[31]));
        Assert.Throws<ArgumentException>(() => NibbleBlocks.Pack(new byte[6], 0, new byte[32]));
        Assert.Throws<ArgumentException>(() => NibbleBlocks.Pack(new byte[257], 257, new byte[257 * 16]));
        Assert.Throws<ArgumentException>(() => NibbleBlocks.Unpack(new byte[31], 2, new byte[6]));
        Assert.Throws<ArgumentException>(() => NibbleBlocks.Unpack(new byte[32], 2, new byte[5]));
        Assert.Equal(16L * 256 * (1 << 25), NibbleBlocks.Bytes(1 << 30, 256));
    }

    private static byte[] Codes(int rows, int subspaces, ref SplitMix64 random)
    {
        byte[] codes = new byte[rows * subspaces];
        random.Fill(codes);
        return Array.ConvertAll(codes, code => (byte)(code & 15));
    }
}
