namespace EdgeSim.Index;

/// <summary>
/// A file is whole but not ours to read: not written by EdgeSim, of another collection, or of a newer
/// version.
/// </summary>
public sealed class IndexFormatException : IndexException
{
    internal IndexFormatException(string path, long? offset, string reason, string cure)
        : base(path, offset, reason, cure, null)
    {
    }
}
