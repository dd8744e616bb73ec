using EdgeSim.Encoders.Images;

namespace EdgeSim.Encoders.Tests.Images;

public sealed class ExifOrientationTests
{
    private static readonly byte[] Big =
    [
        .. "MM\0*\0\0\0\x08"u8, 0, 2,
        1, 0, 0, 3, 0, 0, 0, 1, 0, 9, 0, 0,
        1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0,
    ];

    private static readonly byte[] Little =
        [.. "II*\0\x08\0\0\0"u8, 1, 0, 0x12, 1, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0];

    [Fact]
    public void Read_BothByteOrdersAndTypes_GivesTheNumber()
    {
        Assert.Equal(6, ExifOrientation.Read(Big));
        Assert.Equal(8, ExifOrientation.Read(Little));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(255)]
    public void Read_NumberOutOfRange_IsUpright(byte value)
    {
        byte[] exif = [.. Little];
        exif[18] = value;

        Assert.Equal(1, ExifOrientation.Read(exif));
    }

    [Fact]
    public void Read_EveryTruncationAndByteChange_GivesANumberInRange()
    {
        foreach (byte[] source in new[] { Big, Little })
        {
            for (int length = 0; length <= source.Length; length++)
            {
                Assert.InRange(ExifOrientation.Read(source.AsSpan(0, length)), 1, 8);
            }

            for (int i = 0; i < source.Length * 256; i++)
            {
                byte[] changed = [.. source];
                changed[i / 256] = (byte)i;
                Assert.InRange(ExifOrientation.Read(changed), 1, 8);
            }
        }
    }
}
