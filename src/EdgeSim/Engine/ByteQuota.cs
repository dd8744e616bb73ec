namespace EdgeSim.Engine;

/// <summary>
/// A fixed number of bytes that concurrent callers share; what does not fit is refused at once. Thread-safe.
/// </summary>
/// <param name="bytesMax">Bytes that may be reserved at the same time.</param>
public sealed class ByteQuota(long bytesMax)
{
    private long reserved;

    public long Reserved => Interlocked.Read(ref reserved);

    /// <summary>Takes <paramref name="bytes"/> or nothing.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="keptFree">Bytes that must stay free after it, for callers that ask without.</param>
    public bool TryReserve(long bytes, long keptFree = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (Interlocked.Add(ref reserved, bytes) <= bytesMax - keptFree)
        {
            return true;
        }

        Interlocked.Add(ref reserved, -bytes);
        return false;
    }

    /// <summary>Whether so many bytes would fit now; another caller may take them meanwhile.</summary>
    public bool HasRoomFor(long bytes, long keptFree = 0) => Reserved + bytes <= bytesMax - keptFree;

    public void Release(long bytes) => Interlocked.Add(ref reserved, -bytes);
}
