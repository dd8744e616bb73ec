namespace EdgeSim.Index;

/// <summary>
/// The disk refused: full, read-only, no permission, an I/O error. What was committed before is untouched and
/// can still be read; rows that were added are still held in memory, so the same call may be made again once
/// the cause is gone.
/// </summary>
public sealed class IndexStorageException : IndexException
{
    internal IndexStorageException(string path, string reason, Exception inner)
        : base(path, null, reason.TrimEnd('.'), "Make room or permission on that disk and try again.", inner)
    {
    }
}
