using System.Globalization;
using System.Runtime.CompilerServices;

namespace EdgeSim.Encoders.Tests.Images;

/// <summary>The pictures of <c>tests/fixtures/images</c> and what they must decode to (make-fixtures.py tells
/// how).</summary>
internal static class Pictures
{
    /// <summary>The grey behind transparency in the expected pixels.</summary>
    public const int Background = 100;

    /// <summary>Heavy tests shrink where the processor is emulated.</summary>
    public static bool Emulated { get; } = Environment.GetEnvironmentVariable("EDGESIM_EMULATED") == "1";

    private static string Folder { get; } = FindFolder();

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    /// <summary>Every picture file, whole or damaged, in a fixed order.</summary>
    public static IReadOnlyList<string> Names() =>
    [
        .. Directory.GetFiles(Folder).Select(path => Path.GetFileName(path))
            .Where(name => Path.GetExtension(name) is ".jpg" or ".png")
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Name, upright width and height, tolerance in levels.</summary>
    public static TheoryData<string, int, int, int> WithExpectedPixels()
    {
        var data = new TheoryData<string, int, int, int>();
        foreach (string line in File.ReadLines(Path.Combine(Folder, "sizes.txt")))
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

    /// <summary>Above the test program, or above this source file where an emulator runs it from
    /// elsewhere.</summary>
    private static string FindFolder([CallerFilePath] string source = "")
    {
        foreach (string start in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(source)! })
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                string pictures = Path.Combine(folder.FullName, "tests", "fixtures", "images");
                if (Directory.Exists(pictures))
                {
                    return pictures;
                }
            }
        }

        throw new InvalidOperationException(
            $"No tests/fixtures/images above {AppContext.BaseDirectory} or {source}: run from a build.");
    }
}
