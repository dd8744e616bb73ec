using System.Globalization;
using EdgeSim.Encoders.Models;

namespace EdgeSim.Encoders.Tests.Models;

/// <summary>
/// The pictures and texts that the default models were calibrated and are judged on: two distribution
/// packages, which setup unpacks into the cache folder. Which of them are for calibration and which for
/// judging is decided here.
/// </summary>
internal static class ReferenceData
{
    private const ulong Seed = 42;
    private const int CalibrationGlosses = 700;
    private const int CalibrationPassages = 50;
    private const int GlossesInPassage = 6;

    /// <summary>
    /// Folder of the stamps (Debian package tuxpaint-stamps-default), or null when it was not fetched.
    /// </summary>
    public static string? Stamps { get; } = Folder(
        "EDGESIM_STAMPS",
        "data/tuxpaint-stamps-default/usr/share/tuxpaint/stamps",
        "stamps/usr/share/tuxpaint/stamps");

    /// <summary>
    /// Folder of WordNet's files (Debian package wordnet-base), or null when it was not fetched.
    /// </summary>
    public static string? WordNet { get; } = Folder(
        "EDGESIM_WORDNET", "data/wordnet-base/usr/share/wordnet", "wordnet/usr/share/wordnet");

    /// <summary>
    /// The 342 captioned photographs: PNG of 4096 bytes or more with a caption of two words or more beside
    /// it, not among symbols, seasonal and cartoon drawings; in ordinal order of their relative paths.
    /// </summary>
    public static IReadOnlyList<Stamp> ReadStamps()
    {
        string root = Stamps!;
        Stamp[] stamps =
        [
            .. Directory.EnumerateFiles(root, "*.png", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(root, path))
                .Where(path => !path.Split('/').Intersect(["symbols", "seasonal", "cartoon"]).Any())
                .Order(StringComparer.Ordinal)
                .Where(path => File.Exists(CaptionPath(root, path))
                    && new FileInfo(Path.Combine(root, path)).Length >= 4096)
                .Select(path => new Stamp(
                    Path.Combine(root, path),
                    path.Split('/')[0],
                    File.ReadLines(CaptionPath(root, path)).First().Trim()))
                .Where(stamp => stamp.Caption.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length >= 2),
        ];
        Assert.Equal(342, stamps.Length);
        Assert.Equal(14, stamps.Select(stamp => stamp.Class).Distinct().Count());
        return stamps;
    }

    /// <summary>A fixed sample of WordNet's glosses, without repetition.</summary>
    public static IReadOnlyList<string> SampleGlosses(int count)
    {
        string[] glosses =
        [
            .. new[] { "noun", "verb", "adj", "adv" }
                .SelectMany(part => File.ReadLines(Path.Combine(WordNet!, "data." + part)))
                .Where(line => !line.StartsWith("  ", StringComparison.Ordinal)
                    && line.Contains("| ", StringComparison.Ordinal))
                .Select(line => line[(line.IndexOf("| ", StringComparison.Ordinal) + 2)..].Trim()),
        ];
        var random = new SplitMix64(Seed);
        var sample = new HashSet<string>(StringComparer.Ordinal);
        var ordered = new List<string>();
        while (ordered.Count < count)
        {
            string gloss = glosses[(int)(random.Next() % (ulong)glosses.Length)];
            if (sample.Add(gloss))
            {
                ordered.Add(gloss);
            }
        }

        return ordered;
    }

    /// <summary>Texts for calibration: glosses, passages of six glosses, every second caption.</summary>
    public static IReadOnlyList<string> CalibrationTexts()
    {
        IReadOnlyList<string> glosses = SampleGlosses(
            CalibrationGlosses + (CalibrationPassages * GlossesInPassage));
        return
        [
            .. glosses.Take(CalibrationGlosses),
            .. glosses.Skip(CalibrationGlosses).Chunk(GlossesInPassage)
                .Select(passage => string.Join(". ", passage)),
            .. ReadStamps().Where((_, i) => i % 2 == 0).Select(stamp => stamp.Caption),
        ];
    }

    /// <summary>Texts that no calibration saw: 600 further glosses and the other captions.</summary>
    public static IReadOnlyList<string> UnseenTexts() =>
    [
        .. SampleGlosses(1600).Skip(1000),
        .. ReadStamps().Where((_, i) => i % 2 == 1).Select(stamp => stamp.Caption),
    ];

    /// <summary>
    /// Writes the folder that <c>edgesim models calibrate</c> was given for a model of the catalogue.
    /// </summary>
    public static void WriteCalibrationFolder(Modality modality, string folder)
    {
        if (modality == Modality.Text)
        {
            File.WriteAllLines(Path.Combine(folder, "texts.txt"), CalibrationTexts());
            return;
        }

        foreach ((int number, Stamp stamp) in ReadStamps().Index().Where(pair => pair.Index % 4 == 0))
        {
            string name = number.ToString("D3", CultureInfo.InvariantCulture) + ".png";
            File.CreateSymbolicLink(Path.Combine(folder, name), stamp.Path);
        }
    }

    private static string CaptionPath(string root, string path) =>
        Path.ChangeExtension(Path.Combine(root, path), ".txt");

    private static string? Folder(string variable, params string[] inCache)
    {
        IEnumerable<string?> candidates =
        [
            Environment.GetEnvironmentVariable(variable),
            .. inCache.Select(p => Path.Combine(PackageSource.CacheFolder, p)),
        ];
        return candidates.FirstOrDefault(Directory.Exists);
    }

    /// <summary>One captioned picture.</summary>
    internal sealed record Stamp(string Path, string Class, string Caption);

    /// <summary>
    /// Steele, Lea and Flood 2014: 64 bits of state, one addition and two multiplications a number.
    /// </summary>
    private sealed class SplitMix64(ulong state)
    {
        public ulong Next()
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
