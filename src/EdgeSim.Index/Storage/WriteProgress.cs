namespace EdgeSim.Index.Storage;

/// <summary>How far a long file is durable, so that its writing can be gone on with.</summary>
/// <param name="durableBytes">Below this offset everything is there already and is not written again.</param>
/// <param name="stepBytes">Bytes after which the next part is made durable.</param>
/// <param name="note">Told how far it is durable; after the file has been flushed.</param>
internal sealed class WriteProgress(long durableBytes, long stepBytes, Action<long> note)
{
    private long _next = durableBytes + stepBytes;

    /// <summary>Whether a block that ends here is there already.</summary>
    internal bool IsDurable(long end) => end <= durableBytes;

    /// <summary>Whether it is time to flush.</summary>
    internal bool IsDue(long end) => end >= _next;

    /// <summary>Notes that everything below an offset is durable.</summary>
    internal void Flushed(long end)
    {
        _next = end + stepBytes;
        note(end);
    }
}
