using System.Globalization;

namespace EdgeSim.Index.Storage;

/// <summary>Names of log files.</summary>
internal static class LogFiles
{
    private const string Prefix = "log-";

    /// <summary>The file name of a log.</summary>
    internal static string Name(uint number)
        => Prefix + number.ToString("D10", CultureInfo.InvariantCulture);

    /// <summary>Whether a file of this name is a log.</summary>
    internal static bool IsLog(string name) => TryNumber(name, out _);

    /// <summary>The logs of a directory in ascending order.</summary>
    internal static List<uint> List(string directory)
    {
        var numbers = new List<uint>();
        foreach (string path in Directory.GetFiles(directory, Prefix + "*"))
        {
            if (TryNumber(Path.GetFileName(path), out uint number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }

    private static bool TryNumber(string name, out uint number)
    {
        number = 0;
        return name.Length == Prefix.Length + 10
            && name.StartsWith(Prefix, StringComparison.Ordinal)
            && uint.TryParse(
                name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
