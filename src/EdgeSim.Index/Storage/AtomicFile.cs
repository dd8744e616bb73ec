namespace EdgeSim.Index.Storage;

/// <summary>
/// Replaces a whole file so that after any power cut it is the old one or the new one, never a mixture.
/// </summary>
public static class AtomicFile
{
    /// <summary>
    /// What is added to the name while the file is being written. Such a file is rubbish after a crash.
    /// </summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>
    /// Writes beside the file, fsyncs, renames over it, fsyncs the directory; durable when it returns.
    /// </summary>
    /// <param name="path">The file; its directory exists. One writer at a time.</param>
    /// <param name="content">All of its bytes.</param>
    /// <exception cref="IOException">The disk refuses; the old file, if any, is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission, or the path is a directory.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
        => DurableFiles.Disk.Replace(path, content);
}
