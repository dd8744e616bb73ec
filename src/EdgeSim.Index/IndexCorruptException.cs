namespace EdgeSim.Index;

/// <summary>
/// A file of a collection is damaged: too short, a checksum that does not fit, a part that is missing.
/// </summary>
public sealed class IndexCorruptException : IndexException
{
    private const string Cure =
        "Nothing of the damaged part was used. Restore the collection from a copy, or delete "
        + "its directory and add the data again";

    internal IndexCorruptException(string path, long? offset, string reason, Exception? inner = null)
        : base(path, offset, reason, Cure + ".", inner)
    {
    }
}
