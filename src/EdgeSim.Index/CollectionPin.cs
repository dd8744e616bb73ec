using EdgeSim.Index.Storage;

namespace EdgeSim.Index;

/// <summary>
/// Keeps the rows of the commit that was newest when it was taken: while it lives, matches of searches made
/// since keep their rows, and payload spans stay valid, whatever is committed meanwhile. Dispose it soon:
/// replaced files stay on the disk until then.
/// </summary>
public readonly ref struct CollectionPin
{
    private readonly Collection _collection;
    private readonly Snapshot _snapshot;

    internal CollectionPin(Collection collection, Snapshot snapshot)
    {
        _collection = collection;
        _snapshot = snapshot;
    }

    /// <summary>Lets go. Once.</summary>
    public void Dispose() => _collection.Unpin(_snapshot);
}
