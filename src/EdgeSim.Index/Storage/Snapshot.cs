namespace EdgeSim.Index.Storage;

/// <summary>
/// The rows as one batch left them. Immutable; the next batch makes the next one. Counted: the collection
/// holds it while it is the newest, a reader while it reads, and when the last one lets go its segments are
/// released.
/// </summary>
internal sealed class Snapshot
{
    private int _users = 1;

    internal Snapshot(
        CollectionOptions options,
        ulong sequence,
        SegmentView[] views,
        FreshView[] fresh,
        IReadOnlyList<Payloads.PayloadIndexField> fields)
    {
        Options = options;
        Sequence = sequence;
        Views = views;
        Fresh = fresh;
        Fields = fields;
        foreach (SegmentView view in views)
        {
            view.Segment.Share();
            LiveCount += view.LiveCount;
            Bytes += view.Segment.Bytes;
        }

        foreach (FreshView view in fresh)
        {
            LiveCount += view.LiveCount;
        }
    }

    internal CollectionOptions Options { get; }

    /// <summary>The batch.</summary>
    internal ulong Sequence { get; }

    /// <summary>Segments, oldest first.</summary>
    internal SegmentView[] Views { get; }

    /// <summary>Rows in memory, those that are being sealed first.</summary>
    internal FreshView[] Fresh { get; }

    /// <summary>The payload fields that new segments get an index for.</summary>
    internal IReadOnlyList<Payloads.PayloadIndexField> Fields { get; }

    /// <summary>How much of the files may be in memory.</summary>
    internal Residency Residency
    {
        get;
        init
        {
            field = value;
            if (value.IsShortFor(Bytes))
            {
                Array.ForEach(Views, view => view.Segment.ExpectReads());
            }
        }
    } = Residency.Unlimited;

    internal long LiveCount { get; }

    /// <summary>Bytes of the segment files.</summary>
    internal long Bytes { get; }

    /// <summary>Sources in the order of age: segments, then fresh rows.</summary>
    internal int SourceCount => Views.Length + Fresh.Length;

    internal IRowSource Source(int index)
        => index < Views.Length ? Views[index] : Fresh[index - Views.Length];

    /// <summary>What stands for a source in a <see cref="Match"/>.</summary>
    internal int NumberOf(int index)
        => index < Views.Length ? Views[index].Segment.Number : Fresh[index - Views.Length].Rows.Number;

    /// <summary>The source that a match names, or -1 when this snapshot has none of that number.</summary>
    internal int IndexOf(int number)
    {
        for (int i = 0; i < SourceCount; i++)
        {
            if (NumberOf(i) == number)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Finds the live row of a key. O(sources x log rows), mostly O(sources).</summary>
    internal bool TryFind(Key key, out int source, out int ordinal)
    {
        for (int i = Fresh.Length - 1; i >= 0; i--)
        {
            ordinal = Fresh[i].Find(key);
            if (ordinal >= 0)
            {
                source = Views.Length + i;
                return true;
            }
        }

        for (int i = Views.Length - 1; i >= 0; i--)
        {
            ordinal = Views[i].Segment.Find(key);
            if (ordinal >= 0 && Views[i].IsLive(ordinal))
            {
                source = i;
                return true;
            }
        }

        source = ordinal = -1;
        return false;
    }

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
}
