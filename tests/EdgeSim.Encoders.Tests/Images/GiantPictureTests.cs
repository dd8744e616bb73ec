using System.Globalization;
using EdgeSim.Encoders.Images;

namespace EdgeSim.Encoders.Tests.Images;

/// <summary>Pictures far larger than memory allows. Alone, because they measure the memory of the
/// process.</summary>
[Collection(nameof(GiantPictureTests))]
public sealed class GiantPictureTests(ITestOutputHelper output)
{
    private const int Target = 224;

    private static readonly int Side = Pictures.Emulated ? 2_000 : 20_000;

    [Fact]
    public void Decode_GiantJpeg_IsScaledInBoundedMemory()
    {
        byte[] file = JpegWriter.TwoHalves(Side, Side);
        using var decoder = new ImageDecoder();
        var resizer = new ImageResizer(Pictures.Input(Target, Target));

        long extra = PeakOf(() => Assert.Equal(new ImageSize(Side, Side), decoder.Decode(file, resizer)));

        AssertHalves(resizer, JpegWriter.UpperGrey, JpegWriter.LowerGrey);
        int scaled = Side / 8 < Target ? Side / 4 : Side / 8;
        Assert.Equal(scaled * scaled * 3, decoder.BufferPeakBytes);
        Assert.InRange(decoder.BufferBytes, 0, ImageLimits.Default.KeepBytesMax);
        AssertMemory(extra, decoder.BufferPeakBytes + (16 << 20));
    }

    [Fact]
    public void Decode_GiantPng_HoldsOneRow()
    {
        byte[] file = PngWriter.TwoHalves(Side, Side, upper: 200, lower: 30);
        using var decoder = new ImageDecoder();
        var resizer = new ImageResizer(Pictures.Input(Target, Target));

        long extra = PeakOf(() => Assert.Equal(new ImageSize(Side, Side), decoder.Decode(file, resizer)));

        AssertHalves(resizer, 200, 30);
        Assert.Equal(Side * 3, decoder.BufferPeakBytes);
        AssertMemory(extra, 16 << 20);
    }

    [Fact]
    public void Decode_PngInOneHugeChunk_IsNotTakenForMetadata()
    {
        // Noise does not compress: 10 MB of pixels in a single chunk, more than metadata may have.
        byte[] file = PngWriter.Noise(Pictures.Emulated ? 300 : 4_000, 2_500, seed: 3);
        using var decoder = new ImageDecoder();
        var resizer = new ImageResizer(Pictures.Input(1, 1));

        decoder.Decode(file, resizer);

        Assert.All(resizer.Tensor, value => Assert.Equal(127.5f, value, 1.0));
    }

    [Fact]
    public void Decode_ClaimsOfGiants_AreRefusedBeforeMemoryIsTaken()
    {
        using var decoder = new ImageDecoder();
        var resizer = new ImageResizer(Pictures.Input(Target, Target));
        (byte[] File, string Word)[] claims =
        [
            (JpegWriter.Claim(20_000, 20_000, frame: 0xC2), "MiB"),
            (JpegWriter.Claim(65_000, 65_000, frame: 0xC0), "megapixels"),
            (JpegWriter.Claim(65_000, 400, frame: 0xC0), "MiB"),
            (PngWriter.TwoHalves(20_000, 20_000, 1, 2, interlaced: true), "interlac"),
            (PngWriter.TwoHalves(70_000, 10, 1, 2), "a side of more than 65535"),
            (PngWriter.TwoHalves(30_000, 30_000, 1, 2, interlaced: true), "megapixels"),
        ];

        long extra = PeakOf(() =>
        {
            foreach ((byte[] file, string word) in claims)
            {
                var e = Assert.Throws<EncoderInputException>(() => decoder.Decode(file, resizer));
                Assert.Contains(word, e.Message, StringComparison.Ordinal);
            }
        });

        Assert.Equal(0, decoder.BufferPeakBytes);
        AssertMemory(extra, 16 << 20);
    }

    private static void AssertHalves(ImageResizer resizer, float upper, float lower)
    {
        int half = resizer.Tensor.Length / 2;
        Assert.All(resizer.Tensor.AsSpan(0, half).ToArray(), value => Assert.Equal(upper, value, 1.0));
        Assert.All(resizer.Tensor.AsSpan(half).ToArray(), value => Assert.Equal(lower, value, 1.0));
    }

    /// <summary>How far the resident memory of the process rose above its level before; -1 where it cannot be
    /// told.</summary>
    private static long PeakOf(Action action)
    {
        GC.Collect();
        if (!Pictures.Emulated)
        {
            // proc(5): sets the peak (VmHWM) to the present value.
            File.WriteAllText("/proc/self/clear_refs", "5");
        }

        long before = StatusBytes("VmRSS:");
        action();
        return Pictures.Emulated ? -1 : StatusBytes("VmHWM:") - before;
    }

    private static long StatusBytes(string name)
    {
        string line = File.ReadLines("/proc/self/status")
            .First(text => text.StartsWith(name, StringComparison.Ordinal));
        string number = line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.Parse(number, CultureInfo.InvariantCulture) * 1024;
    }

    private void AssertMemory(long extra, long allowed)
    {
        output.WriteLine(
            $"{Side} × {Side}: resident memory rose by {extra >> 10} KiB, {allowed >> 10} KiB are allowed.");
        Assert.InRange(extra, -1, allowed);
    }
}
