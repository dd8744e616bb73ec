using EdgeSim.Encoders.Images;

namespace EdgeSim.Encoders.Tests.Images;

public sealed class ImageResizerTests
{
    private static readonly int[] Sides = Pictures.Emulated ? [1, 3, 16, 31] : [1, 2, 3, 7, 16, 31, 64, 101];
    private static readonly string[] Fits = ["stretch", "crop", "pad"];

    public static TheoryData<string, int, int> FitsAndTargets()
    {
        var data = new TheoryData<string, int, int>();
        foreach (string fit in Fits)
        {
            foreach ((int width, int height) in new[] { (1, 1), (16, 16), (5, 9), (33, 20) })
            {
                data.Add(fit, width, height);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(FitsAndTargets))]
    public void Resize_ManySizes_EqualsDefinitionWithinHalfALevel(
        string fit, int targetWidth, int targetHeight)
    {
        ImageInput input = Pictures.Input(targetWidth, targetHeight, fit);
        var resizer = new ImageResizer(input);
        foreach (int width in Sides)
        {
            foreach (int height in Sides)
            {
                byte[] rgb = Pictures.Noise(width, height, seed: (ulong)((width * 1000) + height));
                double[] expected = NaiveResizer.Resize(rgb, width, height, input);

                resizer.Resize(rgb, width, height);

                string what = $"{width} × {height} to {targetWidth} × {targetHeight} by {fit}";
                AssertNear(expected, resizer.Tensor, 0.5 + 1e-6, what);
            }
        }
    }

    [Theory]
    [InlineData(ImageLimits.SideMax, 1)]
    [InlineData(1, ImageLimits.SideMax)]
    [InlineData(40_000, 2)]
    public void Resize_LongestSides_EqualsDefinition(int width, int height)
    {
        // Every second column or row black: rounded weights would show here as a wrong grey.
        var rgb = new byte[width * height * 3];
        for (int pixel = 0; pixel < width * height; pixel += 2)
        {
            rgb.AsSpan(pixel * 3, 3).Fill(255);
        }

        ImageInput input = Pictures.Input(3, 3);
        var resizer = new ImageResizer(input);
        resizer.Resize(rgb, width, height);

        double[] expected = NaiveResizer.Resize(rgb, width, height, input);
        AssertNear(expected, resizer.Tensor, 0.501, $"{width} × {height}");
    }

    [Theory]
    [InlineData(320, 240, 1)]
    [InlineData(410, 308, 4)]
    [InlineData(480, 270, 3)]
    [InlineData(504, 378, 6)]
    [InlineData(1120, 448, 8)]
    public void Resize_CameraFrames_EqualsDefinitionToTheLevel(int width, int height, int orientation)
    {
        // What scaled decoding leaves of 640 × 480, 1640 × 1232, 1920 × 1080 and 4032 × 3024 pixels, and five
        // pixels for one.
        const int Target = 224;
        int part = Pictures.Emulated ? 14 : 2;
        (int partWidth, int partHeight) = (width / part, height / part);
        ImageInput input = Pictures.Input(Target / part, Target / part);
        byte[] rgb = Pictures.Noise(partWidth, partHeight, seed: (ulong)width);
        double[] upright = NaiveResizer.Resize(rgb, partWidth, partHeight, input);
        byte[] levels = [.. upright.Select(value => (byte)Math.Floor(value + 0.5 + 1e-6))];
        (byte[] expected, _, _) = Turn(levels, input.Width, input.Height, orientation);
        var resizer = new ImageResizer(input);

        resizer.Resize(rgb, partWidth, partHeight, orientation);

        Assert.Equal(expected.Select(value => (float)value), resizer.Tensor);
    }

    [Fact]
    public void Resize_SameSize_KeepsEveryByte()
    {
        byte[] rgb = Pictures.Noise(37, 23, seed: 5);
        var resizer = new ImageResizer(Pictures.Input(37, 23));

        resizer.Resize(rgb, 37, 23);

        Assert.Equal(rgb.Select(value => (float)value), resizer.Tensor);
    }

    [Fact]
    public void Resize_ScaleAndOffset_AreAppliedToTheByte()
    {
        var resizer = new ImageResizer(new ImageInput("image", 1, 1, "stretch", 1 / 127.5f, -1, 0));

        resizer.Resize([0, 255, 51], 1, 1);

        Assert.Equal([-1f, (255 * (1 / 127.5f)) - 1, (51 * (1 / 127.5f)) - 1], resizer.Tensor);
    }

    [Fact]
    public void Resize_Crop_KeepsTheMiddle()
    {
        // Four columns 10, 20, 30, 40 into a square of two: the outer ones go.
        byte[] row = [10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40];
        var resizer = new ImageResizer(Pictures.Input(2, 2, "crop"));

        resizer.Resize([.. row, .. row], 4, 2);

        Assert.Equal([20, 20, 20, 30, 30, 30, 20, 20, 20, 30, 30, 30], resizer.Tensor);
    }

    [Fact]
    public void Resize_Pad_PutsBackgroundAboveAndBelow()
    {
        var resizer = new ImageResizer(Pictures.Input(2, 4, "pad"));

        resizer.Resize([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2, 2);

        const float Grey = Pictures.Background;
        float[] band = [Grey, Grey, Grey, Grey, Grey, Grey];
        Assert.Equal([.. band, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, .. band], resizer.Tensor);
    }

    [Fact]
    public void Resize_Mirrored_GivesMirroredTensorBitForBit()
    {
        // An orientation is undone by hand and must then give the same floats, in every fit and at odd sizes.
        foreach (string fit in Fits)
        {
            foreach ((int width, int height) in new[] { (31, 18), (18, 31), (5, 7), (64, 9), (1, 6) })
            {
                byte[] stored = Pictures.Noise(width, height, seed: 99);
                for (int orientation = 1; orientation <= 8; orientation++)
                {
                    (byte[] upright, int uprightWidth, int uprightHeight) =
                        Turn(stored, width, height, orientation);
                    var expected = new ImageResizer(Pictures.Input(12, 11, fit));
                    var actual = new ImageResizer(Pictures.Input(12, 11, fit));

                    expected.Resize(upright, uprightWidth, uprightHeight);
                    actual.Resize(stored, width, height, orientation);

                    Assert.Equal(expected.Tensor, actual.Tensor);
                }
            }
        }
    }

    [Theory]
    [InlineData(97, 61, "crop", 9809792403557465972UL)]
    [InlineData(13, 200, "pad", 2702792472785214577UL)]
    [InlineData(5, 4, "stretch", 4592515378422722023UL)]
    [InlineData(75, 100, "stretch", 4450255486016000401UL)]
    [InlineData(144, 64, "crop", 7803504787706215394UL)]
    [InlineData(60, 31, "pad", 3213013400200081778UL)]
    public void Resize_OnEveryProcessor_GivesTheSameBits(int width, int height, string fit, ulong expected)
    {
        var resizer = new ImageResizer(new ImageInput("image", 40, 30, fit, 1 / 127.5f, -1, 7));

        resizer.Resize(Pictures.Noise(width, height, seed: 4), width, height, orientation: 6);

        // FNV-1a over the floats' bits; the numbers were taken on x86-64 and hold on ARM64.
        ulong hash = 14695981039346656037;
        foreach (float value in resizer.Tensor)
        {
            hash = (hash ^ BitConverter.SingleToUInt32Bits(value)) * 1099511628211;
        }

        Assert.Equal(expected, hash);
    }

    [Fact]
    public void Resize_AfterOtherSizes_GivesTheSame()
    {
        byte[] rgb = Pictures.Noise(50, 40, seed: 1);
        var fresh = new ImageResizer(Pictures.Input(20, 30, "pad"));
        var used = new ImageResizer(Pictures.Input(20, 30, "pad"));
        used.Resize(Pictures.Noise(7, 90, seed: 2), 7, 90);
        used.Resize(Pictures.Noise(90, 3, seed: 3), 90, 3);

        fresh.Resize(rgb, 50, 40);
        used.Resize(rgb, 50, 40);

        Assert.Equal(fresh.Tensor, used.Tensor);
    }

    [Fact]
    public void Resize_AfterWarmUp_DoesNotAllocate()
    {
        byte[] rgb = Pictures.Noise(50, 40, seed: 1);
        var resizer = new ImageResizer(Pictures.Input(20, 30));
        resizer.Resize(rgb, 50, 40);

        long before = GC.GetAllocatedBytesForCurrentThread();
        resizer.Resize(rgb, 50, 40);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(0, 4, "stretch", 0)]
    [InlineData(4, ImageLimits.TargetSideMax + 1, "stretch", 0)]
    [InlineData(4, 4, "cover", 0)]
    [InlineData(4, 4, "crop", 256)]
    public void Constructor_WrongDescription_Throws(int width, int height, string fit, int background)
    {
        var input = new ImageInput("image", width, height, fit, 1, 0, background);

        Assert.Throws<ModelException>(() => new ImageResizer(input));
    }

    /// <summary>What a viewer shows for a stored picture with an EXIF orientation.</summary>
    private static (byte[] Rgb, int Width, int Height) Turn(
        byte[] stored, int width, int height, int orientation)
    {
        (int turnedWidth, int turnedHeight) = orientation >= 5 ? (height, width) : (width, height);
        var turned = new byte[stored.Length];
        for (int y = 0; y < turnedHeight; y++)
        {
            for (int x = 0; x < turnedWidth; x++)
            {
                (int fromX, int fromY) = orientation switch
                {
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (y, height - 1 - x),
                    7 => (width - 1 - y, height - 1 - x),
                    8 => (width - 1 - y, x),
                    _ => (x, y),
                };
                Span<byte> to = turned.AsSpan(((y * turnedWidth) + x) * 3);
                stored.AsSpan(((fromY * width) + fromX) * 3, 3).CopyTo(to);
            }
        }

        return (turned, turnedWidth, turnedHeight);
    }

    private static void AssertNear(double[] expected, float[] actual, double tolerance, string what)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance,
                $"{what}: element {i} is {actual[i]}, must be {expected[i]:F4} within {tolerance}.");
        }
    }
}
