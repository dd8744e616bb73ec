using EdgeSim.Encoders.Images;

namespace EdgeSim.Encoders.Tests.Images;

/// <summary>Damaged pictures: always a result or a refusal, never a crash, another exception or a
/// hang.</summary>
public sealed class ImageFuzzTests(ITestOutputHelper output)
{
    private const ulong Seed = 20_260_101;

    // Small, so that a header changed to a giant picture costs no time.
    private static readonly ImageLimits Limits = new() { PixelsMax = 4_000_000, DecodeBytesMax = 16 << 20 };

    [Fact]
    public void Decode_MutatedPictures_GiveAResultOrARefusal()
    {
        output.WriteLine($"Seed {Seed}");
        var random = new SplitMix64(Seed);
        byte[][] corpus = [.. Pictures.Names().Select(Pictures.Read)];
        using var decoder = new ImageDecoder(Limits);
        var resizer = new ImageResizer(Pictures.Input(24, 24, "crop"));
        int iterations = Pictures.Emulated ? 400 : 8_000;
        int results = 0;
        for (int i = 0; i < iterations; i++)
        {
            byte[] file = Mutate(corpus[random.Below(corpus.Length)], corpus, random);
            try
            {
                ImageSize size = decoder.Decode(file, resizer);
                Assert.InRange(size.Pixels, 1, Limits.PixelsMax);
                Assert.DoesNotContain(resizer.Tensor, value => value is < 0 or > 255 or float.NaN);
                results++;
            }
            catch (EncoderInputException)
            {
                // A refusal is a right answer to a damaged file.
            }
            catch (Exception e)
            {
                string bytes = Convert.ToBase64String(file);
                throw new InvalidOperationException($"Seed {Seed}, iteration {i}: {bytes}", e);
            }
        }

        output.WriteLine($"{results} results and {iterations - results} refusals");
        Assert.InRange(results, iterations / 50, iterations - (iterations / 50));
        AssertStillRight(decoder);
    }

    /// <summary>After all that abuse the same decoder still reads a good picture to the last bit.</summary>
    private static void AssertStillRight(ImageDecoder decoder)
    {
        foreach (string name in new[] { "progressive.jpg", "alpha.png", "cmyk.jpg" })
        {
            using var fresh = new ImageDecoder();
            var expected = new ImageResizer(Pictures.Input(24, 24));
            var actual = new ImageResizer(Pictures.Input(24, 24));
            fresh.Decode(Pictures.Read(name), expected);
            decoder.Decode(Pictures.Read(name), actual);
            Assert.Equal(expected.Tensor, actual.Tensor);
        }
    }

    private static byte[] Mutate(byte[] source, byte[][] corpus, SplitMix64 random)
    {
        byte[] file = [.. source];
        int changes = 1 + random.Below(4);
        for (int change = 0; change < changes && file.Length > 0; change++)
        {
            // Headers are short and decide most: half of all changes go there.
            int reach = random.Below(2) == 0 ? Math.Min(64, file.Length) : file.Length;
            int at = random.Below(reach);
            switch (random.Below(5))
            {
                case 0:
                    file[at] ^= (byte)(1 << random.Below(8));
                    break;
                case 1:
                    file[at] = (byte)random.Next();
                    break;
                case 2:
                    file = file[..random.Below(file.Length + 1)];
                    break;
                case 3:
                    byte[] other = corpus[random.Below(corpus.Length)];
                    int from = random.Below(other.Length);
                    int length = random.Below(Math.Min(64, other.Length - from) + 1);
                    file = [.. file[..at], .. other.AsSpan(from, length), .. file[at..]];
                    break;
                default:
                    int end = Math.Min(file.Length, at + random.Below(32));
                    file = [.. file[..at], .. file[end..]];
                    break;
            }
        }

        return file;
    }
}
