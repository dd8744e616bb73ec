using System.Globalization;

namespace EdgeSim.Index.Storage;

/// <summary>Names of log files.</summary>
internal static class LogFiles
{
    internal const string Prefix = "log-";

    /// <summary>The file name of a log.</summary>
    internal static string Name(uint number)
        => Prefix + number.ToString("D10", CultureInfo.InvariantCulture);

    /// <summary>The logs of a directory in ascending order.</summary>
    internal static List<uint> List(string directory)
    {
        var numbers = new List<uint>();
        foreach (string path in Directory.GetFiles(directory, Prefix + "*"))
        {
            if (OrphanFiles.TryNumber(Path.GetFileName(path), Prefix, out uint number))
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }
}
