namespace EdgeSim.Index;

/// <summary>
/// A file of a collection is damaged: too short, a checksum that does not fit, a part that is missing.
/// </summary>
public sealed class IndexCorruptException : IndexException
{
    private const string Cure =
        "Nothing of the damaged part was used. Restore the collection from a copy, or repair it: what is "
        + "damaged is set aside, and what is lost is listed";

    internal IndexCorruptException(string path, long? offset, string reason, Exception? inner = null)
        : base(path, offset, reason, Cure + ".", inner)
    {
    }
}
