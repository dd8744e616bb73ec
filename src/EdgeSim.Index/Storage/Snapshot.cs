using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The rows of one commit. Immutable; a commit makes the next one. Counted: the collection holds it while it
/// is the newest, a search or a pin while it reads, and when the last one lets go its segments are released.
/// </summary>
internal sealed class Snapshot
{
    private int _users = 1;

    internal Snapshot(CollectionOptions options, SegmentView[] views, ulong commit)
    {
        Metric = options.Metric;
        Stride = RowQuantizer.Stride(options.Dimension);
        Views = views;
        Commit = commit;
        foreach (SegmentView view in views)
        {
            view.Segment.Share();
            LiveCount += view.LiveCount;
            RowCount += view.Segment.RowCount;
            Bytes += view.Segment.Bytes;
        }
    }

    internal Metric Metric { get; }

    internal int Stride { get; }

    internal SegmentView[] Views { get; }

    internal ulong Commit { get; }

    internal long LiveCount { get; }

    internal long RowCount { get; }

    internal long Bytes { get; }

    /// <summary>Counts one more user; false when the last one has already let go.</summary>
    internal bool TryShare()
    {
        int users;
        do
        {
            users = Volatile.Read(ref _users);
            if (users == 0)
            {
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _users, users + 1, users) != users);
        return true;
    }

    /// <summary>Counts one user less.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            foreach (SegmentView view in Views)
            {
                view.Segment.Release();
            }
        }
    }

    /// <summary>The segment with a number, or null.</summary>
    internal Segment? Find(int number)
    {
        foreach (SegmentView view in Views)
        {
            if (view.Segment.Number == number)
            {
                return view.Segment;
            }
        }

        return null;
    }
}
