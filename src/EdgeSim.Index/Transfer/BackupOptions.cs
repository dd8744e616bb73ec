namespace EdgeSim.Index.Transfer;

/// <summary>How a collection is copied.</summary>
public readonly record struct BackupOptions()
{
    /// <summary>
    /// Whether a copy on the same file system may share the bytes of files that are never written again: it
    /// is made in no time and takes no room, and a bad sector hits both. Of no meaning for a tar file.
    /// </summary>
    public bool SharesBytes { get; init; } = true;

    /// <summary>Bytes a second at most; 0: as fast as the disks go.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Told how many bytes have been copied, of how many.</summary>
    public Action<long, long>? Progress { get; init; }

    internal void Validate()
    {
        if (BytesPerSecond < 0)
        {
            throw new ArgumentException(
                $"BytesPerSecond is {BytesPerSecond}; allowed are 0 and more.", nameof(BytesPerSecond));
        }
    }
}
