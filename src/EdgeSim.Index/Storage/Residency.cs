namespace EdgeSim.Index.Storage;

/// <summary>
/// How much of a collection's mapped files may be in memory. The kernel would keep all that was ever read,
/// and where other memory is short it would take it from whom it likes; within a limit, searches ask for
/// what they need before they touch it, in long reads, and give it back when they have read their share.
/// </summary>
/// <param name="bytesMax">The share; null: no limit.</param>
internal sealed class Residency(long? bytesMax)
{
    private long _touched;

    /// <summary>Nobody asked for a limit.</summary>
    internal static Residency Unlimited { get; } = new(null);

    internal long? BytesMax => bytesMax;

    /// <summary>Whether files of this size must be read anew all the time.</summary>
    internal bool IsShortFor(long bytes) => bytesMax < bytes;

    /// <summary>
    /// Notes what a search has read. After as much as the share holds, all pages are given back: those that
    /// are needed again are still in the kernel's cache if there is room for them.
    /// </summary>
    internal void Touched(Snapshot snapshot, long bytes)
    {
        if (!IsShortFor(snapshot.Bytes)
            || Interlocked.Add(ref _touched, bytes) < bytesMax)
        {
            return;
        }

        Interlocked.Exchange(ref _touched, 0);
        foreach (SegmentView view in snapshot.Views)
        {
            view.Segment.DropPages();
        }
    }
}
