namespace EdgeSim.Index.Storage;

/// <summary>The newest snapshot of an open collection: published by the writer, shared by readers.</summary>
internal sealed class SnapshotHolder(Snapshot first)
{
    private Snapshot? _newest = first;

    internal bool IsClosed => Volatile.Read(ref _newest) is null;

    /// <summary>Number of the last batch that readers see.</summary>
    internal ulong Sequence
    {
        get
        {
            Snapshot newest = Share();
            ulong sequence = newest.Sequence;
            newest.Release();
            return sequence;
        }
    }

    /// <summary>The newest snapshot, counted; the caller releases it.</summary>
    internal Snapshot Share()
    {
        while (true)
        {
            // A write may publish and release between the two steps; then there is a newer one.
            Snapshot snapshot = Volatile.Read(ref _newest)
                ?? throw new ObjectDisposedException(nameof(Collection));
            if (snapshot.TryShare())
            {
                return snapshot;
            }
        }
    }

    /// <summary>Replaces the newest one. The writer's alone.</summary>
    internal void Publish(Snapshot snapshot) => Interlocked.Exchange(ref _newest, snapshot)?.Release();

    /// <summary>Lets the newest one go; readers that have it keep it.</summary>
    internal void Close() => Interlocked.Exchange(ref _newest, null)?.Release();
}
