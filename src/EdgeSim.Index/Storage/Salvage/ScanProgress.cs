namespace EdgeSim.Index.Storage.Salvage;

/// <summary>Counts the bytes of a collection that have been read, and says so.</summary>
internal sealed class ScanProgress(Action<VerifyProgress>? told, long total)
{
    private string _file = "";

    internal long Bytes { get; private set; }

    /// <summary>The bytes of all files of a directory that are ours.</summary>
    internal static ScanProgress Of(string directory, Action<VerifyProgress>? told)
        => new(
            told,
            Directory.GetFiles(directory)
                .Where(path => OrphanFiles.IsOurs(Path.GetFileName(path)))
                .Sum(path => new FileInfo(path).Length));

    /// <summary>Another file is being read.</summary>
    internal void Begin(string path) => _file = Path.GetFileName(path);

    internal void Add(long bytes)
    {
        Bytes += bytes;
        told?.Invoke(new VerifyProgress(_file, Math.Min(Bytes, total), total));
    }
}
