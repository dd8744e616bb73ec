using EdgeSim.Encoders.Images;

namespace EdgeSim.Encoders.Tests.Images;

public sealed class ImageDecoderTests
{
    public static TheoryData<string, int, int, int> Fixtures() => Pictures.WithExpectedPixels();

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Decode_Fixture_GivesTheExpectedPixels(string name, int width, int height, int tolerance)
    {
        byte[] expected = Pictures.Read(name + ".rgb");
        using var decoder = new ImageDecoder();
        var resizer = new ImageResizer(Pictures.Input(width, height));

        ImageSize size = decoder.Decode(Pictures.Read(name), resizer);

        Assert.Equal(new ImageSize(width, height), size);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - resizer.Tensor[i]) <= tolerance,
                $"Pixel {i / 3 % width}, {i / 3 / width}, channel {i % 3}: {resizer.Tensor[i]} instead of "
                + $"{expected[i]}.");
        }
    }

    [Theory]
    [InlineData("truncated.jpg", "cut")]
    [InlineData("truncated-progressive.jpg", "cut")]
    [InlineData("truncated.png", "cut")]
    [InlineData("interlaced-truncated.png", "cut")]
    [InlineData("pdf.jpg", "PDF")]
    public void Decode_DamagedOrForeignFile_IsRefusedInWords(string name, string word)
    {
        using var decoder = new ImageDecoder();
        var resizer = new ImageResizer(Pictures.Input(8, 8));

        var e = Assert.Throws<EncoderInputException>(() => decoder.Decode(Pictures.Read(name), resizer));

        Assert.Contains(word, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("subsampled.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("filtered.png")]
    [InlineData("palette.png")]
    [InlineData("interlaced-alpha.png")]
    public void Decode_EveryTruncation_IsRefusedUnlessOnlyTheEndIsMissing(string name)
    {
        // A PNG is whole without its last chunk (12 bytes) and the checksum before it; a JPEG never without
        // its end marker.
        byte[] file = Pictures.Read(name);
        int spare = name.EndsWith(".png", StringComparison.Ordinal) ? 12 + 4 + 4 : 0;
        using var decoder = new ImageDecoder();
        var resizer = new ImageResizer(Pictures.Input(8, 8));
        for (int length = 0; length < file.Length - spare; length += Pictures.Emulated ? 23 : 1)
        {
            int cut = length;
            Assert.Throws<EncoderInputException>(() => decoder.Decode(file.AsSpan(0, cut), resizer));
        }

        decoder.Decode(file, resizer);
    }

    [Theory]
    [InlineData(203, 155)]
    [InlineData(101, 77)]
    [InlineData(50, 38)]
    [InlineData(25, 19)]
    [InlineData(8, 8)]
    public void Decode_ScaledWhileDecoding_StaysNearFullDecoding(int targetWidth, int targetHeight)
    {
        // Edges and detail as fine as a target pixel are averaged twice and come out softer: a few levels.
        byte[] file = Pictures.Read("scaled.jpg");
        using var decoder = new ImageDecoder();
        var full = new ImageResizer(Pictures.Input(203, 155));
        decoder.Decode(file, full);
        var expected = new ImageResizer(Pictures.Input(targetWidth, targetHeight));
        expected.Resize([.. full.Tensor.Select(value => (byte)value)], 203, 155);

        var actual = new ImageResizer(Pictures.Input(targetWidth, targetHeight));
        ImageSize size = decoder.Decode(file, actual);

        Assert.Equal(new ImageSize(203, 155), size);
        double sum = 0;
        for (int i = 0; i < actual.Tensor.Length; i++)
        {
            sum += Math.Abs(expected.Tensor[i] - actual.Tensor[i]);
        }

        Assert.InRange(sum / actual.Tensor.Length, 0, 2.5);
    }

    [Fact]
    public void Decode_ScaledWhileDecoding_NeedsLessMemory()
    {
        using var decoder = new ImageDecoder();

        decoder.Decode(Pictures.Read("scaled.jpg"), new ImageResizer(Pictures.Input(25, 19)));

        Assert.Equal(26 * 20 * 3, decoder.BufferPeakBytes);
    }

    [Fact]
    public void Decode_TransparentPixels_DoNotBleedIntoTheAverage()
    {
        // Opaque blue beside invisible red, averaged: blue and background, no red.
        byte[] palette = Pictures.Read("palette.png");
        using var decoder = new ImageDecoder();
        var whole = new ImageResizer(Pictures.Input(33, 21));
        decoder.Decode(palette, whole);
        double mean = 0;
        for (int i = 0; i < whole.Tensor.Length; i += 3)
        {
            mean += whole.Tensor[i];
        }

        var one = new ImageResizer(Pictures.Input(1, 1));
        decoder.Decode(palette, one);

        Assert.Equal(mean / (33 * 21), one.Tensor[0], 0.51);
    }

    [Fact]
    public void Decode_AfterRefusals_StillGivesTheSame()
    {
        using var decoder = new ImageDecoder();
        var resizer = new ImageResizer(Pictures.Input(16, 16));
        foreach (string good in new[] { "progressive.jpg", "palette.png" })
        {
            decoder.Decode(Pictures.Read(good), resizer);
            float[] before = [.. resizer.Tensor];
            string[] refused = ["truncated.jpg", "truncated.png", "pdf.jpg", "interlaced-truncated.png"];
            foreach (string bad in refused)
            {
                Assert.Throws<EncoderInputException>(() => decoder.Decode(Pictures.Read(bad), resizer));
            }

            decoder.Decode(Pictures.Read(good), resizer);
            Assert.Equal(before, resizer.Tensor);
        }
    }

    [Theory]
    [InlineData("rgb.png")]
    [InlineData("subsampled.jpg")]
    public void Decode_BeyondALimit_IsRefusedWithTheNumbers(string name)
    {
        byte[] file = Pictures.Read(name);
        var resizer = new ImageResizer(Pictures.Input(400, 400));
        using var fewBytes = new ImageDecoder(new ImageLimits { FileBytesMax = file.Length - 1 });
        using var fewPixels = new ImageDecoder(new ImageLimits { PixelsMax = 500 });
        using var littleMemory = new ImageDecoder(new ImageLimits { DecodeBytesMax = 90 });

        string Refusal(ImageDecoder decoder) =>
            Assert.Throws<EncoderInputException>(() => decoder.Decode(file, resizer)).Message;

        Assert.Contains($"{file.Length - 1} are allowed", Refusal(fewBytes), StringComparison.Ordinal);
        Assert.Contains("pixels", Refusal(fewPixels), StringComparison.Ordinal);
        Assert.Contains("MiB", Refusal(littleMemory), StringComparison.Ordinal);
        Assert.Equal(0, littleMemory.BufferPeakBytes);
    }

    [Fact]
    public void Decode_TooManyScans_IsRefused()
    {
        var resizer = new ImageResizer(Pictures.Input(8, 8));
        using var decoder = new ImageDecoder(new ImageLimits { ScansMax = 3 });

        byte[] progressive = Pictures.Read("progressive.jpg");

        decoder.Decode(Pictures.Read("subsampled.jpg"), resizer);
        var e = Assert.Throws<EncoderInputException>(() => decoder.Decode(progressive, resizer));

        Assert.Contains("scans", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_AfterWarmUp_AllocatesNothingForJpegAndOnlyTheHandleForPng()
    {
        using var decoder = new ImageDecoder();
        var resizer = new ImageResizer(Pictures.Input(16, 16));
        byte[] jpeg = Pictures.Read("subsampled.jpg");
        byte[] png = Pictures.Read("alpha.png");
        Action decodeJpeg = () => decoder.Decode(jpeg, resizer);
        Action decodePng = () => decoder.Decode(png, resizer);
        decodeJpeg();
        decodePng();

        Assert.Equal(0, AllocatedBy(decodeJpeg));
        Assert.InRange(AllocatedBy(decodePng), 0, 128);
    }

    private static long AllocatedBy(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
