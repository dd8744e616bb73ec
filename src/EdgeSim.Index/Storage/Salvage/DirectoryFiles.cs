namespace EdgeSim.Index.Storage.Salvage;

/// <summary>The files of a collection's directory by kind, each in ascending order of number.</summary>
internal sealed record DirectoryFiles(
    IReadOnlyList<uint> Segments,
    IReadOnlyList<uint> States,
    IReadOnlyList<uint> Logs,
    IReadOnlyList<string> Rest)
{
    /// <summary>Whether there is anything that a collection consists of.</summary>
    internal bool HasData => Segments.Count > 0 || States.Count > 0 || Logs.Count > 0;

    /// <summary>The highest number of a segment, a state or a merge.</summary>
    internal required uint Highest { get; init; }

    internal static DirectoryFiles List(string directory)
    {
        var segments = new List<uint>();
        var states = new List<uint>();
        var rest = new List<string>();
        uint highest = 0;
        foreach (string path in Directory.GetFiles(directory).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            if (OrphanFiles.TryNumber(name, OrphanFiles.Prefix, out uint number))
            {
                segments.Add(number);
            }
            else if (OrphanFiles.TryNumber(name, StateFile.Prefix, out number))
            {
                states.Add(number);
            }
            else if (OrphanFiles.TryNumber(name, MergeFile.Prefix, out number))
            {
                rest.Add(name);
            }
            else if (name is not (Descriptor.FileName or Manifest.FileName or DirectoryLock.FileName
                    or RepairMarker.FileName)
                && !OrphanFiles.TryNumber(name, LogFiles.Prefix, out _))
            {
                rest.Add(name);
            }

            highest = Math.Max(highest, number);
        }

        return new DirectoryFiles(segments, states, LogFiles.List(directory), rest) { Highest = highest };
    }
}
