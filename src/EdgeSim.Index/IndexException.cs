namespace EdgeSim.Index;

/// <summary>
/// Something outside the program stands between a collection and its caller. The message says what to do.
/// </summary>
public abstract class IndexException : Exception
{
    private protected IndexException(string path, long? offset, string reason, string cure, Exception? inner)
        : base(Text(path, offset, reason, cure), inner)
    {
        Path = path;
        Offset = offset;
        Reason = reason;
    }

    /// <summary>The file or directory concerned.</summary>
    public string Path { get; }

    /// <summary>
    /// Where in the file, in bytes from its start; null when the whole file or directory is meant.
    /// </summary>
    public long? Offset { get; }

    /// <summary>What is wrong, without path and cure.</summary>
    public string Reason { get; }

    private static string Text(string path, long? offset, string reason, string cure)
        => offset is null ? $"{path}: {reason}. {cure}" : $"{path}, byte {offset}: {reason}. {cure}";
}
