using EdgeSim.Index.Storage.Torture;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage.Torture;

/// <summary>Small traces, and all disks that a power cut at their end can leave.</summary>
internal static class DiskCases
{
    private const int SeedCount = 400;

    /// <summary>
    /// What the program leaves in a mode, described and without doubles, in ordinal order.
    /// </summary>
    public static string[] Outcomes(
        CutMode mode, Action<RecordedFiles, string> program, Func<DiskImage, string>? describe = null)
    {
        TraceStep[] steps = Trace(program);
        var outcomes = new SortedSet<string>(StringComparer.Ordinal);
        for (ulong seed = 0; seed < SeedCount; seed++)
        {
            var random = new SplitMix64(seed);
            outcomes.Add((describe ?? Describe)(Model(steps).Image(mode, ref random)));
        }

        return [.. outcomes];
    }

    /// <summary>Everything that any mode leaves.</summary>
    public static string[] AllOutcomes(
        Action<RecordedFiles, string> program, Func<DiskImage, string>? describe = null)
        => [.. Enum.GetValues<CutMode>().SelectMany(mode => Outcomes(mode, program, describe))
            .Distinct().Order(StringComparer.Ordinal)];

    public static TraceStep[] Trace(Action<RecordedFiles, string> program)
    {
        using var directory = new TemporaryDirectory();
        var files = new RecordedFiles(directory.Path);
        program(files, directory.Path);
        return files.ToTrace();
    }

    public static DiskModel Model(TraceStep[] steps)
    {
        var model = new DiskModel();
        foreach (TraceStep step in steps)
        {
            model.Apply(step);
        }

        return model;
    }

    /// <summary>Makes a file durable with its name.</summary>
    public static void Put(RecordedFiles files, string path, byte[] content)
    {
        using (var file = files.Create(path))
        {
            files.Write(file, content, 0);
            files.Flush(file);
        }

        files.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Sectors, each filled with one letter.</summary>
    public static byte[] Sectors(string letters)
        => [.. letters.SelectMany(letter => Enumerable.Repeat((byte)letter, DiskModel.SectorBytes))];

    /// <summary>
    /// As in "a=xy b=": a file's sectors by their letter, '0' for zeros, '?' for a mixture.
    /// </summary>
    public static string Describe(DiskImage image) => string.Join(
        ' ', image.Files.Select(file => $"{file.Key}={Letters(file.Value.Span)}"));

    private static string Letters(ReadOnlySpan<byte> content)
    {
        string letters = "";
        for (; !content.IsEmpty; content = content[Math.Min(content.Length, DiskModel.SectorBytes)..])
        {
            ReadOnlySpan<byte> sector = content[..Math.Min(content.Length, DiskModel.SectorBytes)];
            letters += sector.ContainsAnyExcept(sector[0]) ? '?' : sector[0] == 0 ? '0' : (char)sector[0];
        }

        return letters;
    }
}
