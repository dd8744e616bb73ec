namespace EdgeSim.Index;

/// <summary>
/// The collection is open, but this process may not write its files: a disk mounted read-only, or a directory
/// of somebody else. Reading goes on.
/// </summary>
public sealed class IndexReadOnlyException : IndexException
{
    internal IndexReadOnlyException(string path, string reason)
        : base(
            path,
            null,
            $"the collection can only be read here ({reason.TrimEnd('.')})",
            "Nothing was changed. To write, mount the disk for writing or give this user the right to.",
            null)
    {
    }
}
