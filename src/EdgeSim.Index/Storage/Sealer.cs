namespace EdgeSim.Index.Storage;

/// <summary>
/// Turns the rows in memory into a segment: sets them aside, writes them, makes the checkpoint that lists
/// them, and drops the logs they were in. One at a time. When the disk refuses, the rows stay set aside, with
/// their logs, and the next call goes on.
/// </summary>
internal sealed class Sealer(StoreWriter writer, CheckpointWriter checkpoints) : IDisposable
{
    private readonly Lock _sealing = new();
    private Snapshot? _target;
    private uint _logNumber;
    private Segment? _made;

    /// <summary>Whether rows wait for a disk that refused.</summary>
    internal bool HasLeft => Volatile.Read(ref _target) is not null;

    /// <summary>Seals what is in memory. Does nothing when there is nothing.</summary>
    /// <exception cref="IndexStorageException">The disk refuses; nothing is lost.</exception>
    internal void Seal()
    {
        lock (_sealing)
        {
            if (_target is not null)
            {
                Finish();
            }

            if (checkpoints.Current.Views.Length >= IndexLimits.SegmentsMax)
            {
                // Not set aside yet, so that a merge can make room.
                throw checkpoints.Full();
            }

            _target = writer.BeginSealing();
            if (_target is not null)
            {
                _logNumber = writer.LogNumber;
                Finish();
            }
        }
    }

    /// <summary>
    /// Goes on with what a refusing disk interrupted, and seals what is in memory if there is enough of it:
    /// another thread may have done so while this one waited.
    /// </summary>
    /// <exception cref="IndexStorageException">The disk refuses; nothing is lost.</exception>
    internal void SealIfDue()
    {
        lock (_sealing)
        {
            if (_target is not null)
            {
                Finish();
            }

            if (writer.IsSealDue)
            {
                Seal();
            }
        }
    }

    /// <summary>
    /// Does something to the segments while no rows are being sealed; false, without doing it, where some
    /// wait for a disk that refused.
    /// </summary>
    internal bool TryBetween(Action change)
    {
        lock (_sealing)
        {
            if (_target is null)
            {
                change();
            }

            return _target is null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_sealing)
        {
            _target?.Release();
            _target = null;
            _made?.Release();
            _made = null;
        }
    }

    private void Finish()
    {
        Snapshot target = _target!;
        FreshView rows = target.Fresh[^1];
        _made ??= checkpoints.WriteSegment([rows], target.Fields, WritePace.Free);
        Segment? made = _made;
        checkpoints.Commit(old => old with
        {
            Sequence = target.Sequence,
            LogNumber = _logNumber,
            Views = Dead(old.Views, target, made),
            Fields = target.Fields,
            Durable = writer.Durable,
        });
        writer.EndSealing(made, target.Sequence);
        made?.Release();
        target.Release();
        _made = null;
        _target = null;
    }

    /// <summary>
    /// The checkpoint's segments with the rows that are dead as of the target. Both list the same segments:
    /// merges come through <see cref="TryBetween"/>.
    /// </summary>
    private static SegmentView[] Dead(SegmentView[] current, Snapshot target, Segment? made)
    {
        var views = new List<SegmentView>();
        foreach (SegmentView view in current)
        {
            views.Add(target.Views.Single(seen => seen.Segment == view.Segment));
        }

        if (made is not null)
        {
            views.Add(new SegmentView(made, Tombstones.None));
        }

        return [.. views];
    }
}
