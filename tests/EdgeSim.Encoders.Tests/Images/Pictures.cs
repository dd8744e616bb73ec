using System.Globalization;

namespace EdgeSim.Encoders.Tests.Images;

/// <summary>The pictures of <c>tests/fixtures/images</c> and what they must decode to (make-fixtures.py tells
/// how).</summary>
internal static class Pictures
{
    /// <summary>The grey behind transparency in the expected pixels.</summary>
    public const int Background = 100;

    /// <summary>Heavy tests shrink where the processor is emulated.</summary>
    public static bool Emulated { get; } = Environment.GetEnvironmentVariable("EDGESIM_EMULATED") == "1";

    public static byte[] Read(string name) => File.ReadAllBytes(PackageFiles.Fixture("images/" + name));

    /// <summary>Every picture file, whole or damaged, in a fixed order.</summary>
    public static IReadOnlyList<string> Names() =>
    [
        .. Directory.GetFiles(PackageFiles.Fixture("images")).Select(path => Path.GetFileName(path))
            .Where(name => name.EndsWith(".jpg", StringComparison.Ordinal) || name.EndsWith(".png", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Name, upright width and height, tolerance in levels.</summary>
    public static TheoryData<string, int, int, int> WithExpectedPixels()
    {
        var data = new TheoryData<string, int, int, int>();
        foreach (string line in File.ReadLines(PackageFiles.Fixture("images/sizes.txt")))
        {
            string[] words = line.Split(' ');
            int[] numbers = [.. words.Skip(1).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
            data.Add(words[0], numbers[0], numbers[1], numbers[2]);
        }

        return data;
    }

    /// <summary>An input that keeps byte values as they are.</summary>
    public static ImageInput Input(int width, int height, string fit = "stretch") =>
        new("image", width, height, fit, 1, 0, Background);

    /// <summary>Random pixels.</summary>
    public static byte[] Noise(int width, int height, ulong seed)
    {
        var random = new SplitMix64(seed);
        var rgb = new byte[width * height * 3];
        for (int i = 0; i < rgb.Length; i++)
        {
            rgb[i] = (byte)random.Next();
        }

        return rgb;
    }
}
