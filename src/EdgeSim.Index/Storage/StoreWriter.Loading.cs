namespace EdgeSim.Index.Storage;

/// <content>What the loading of whole segments needs.</content>
internal sealed partial class StoreWriter
{
    /// <summary>Does something while no batch happens.</summary>
    internal T Alone<T>(Func<T> action)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_holder.IsClosed, typeof(Collection));
            return action();
        }
    }

    /// <summary>
    /// The segments as the last batch left them. <see cref="Alone"/>, with nothing in memory.
    /// </summary>
    internal SegmentView[] SealedViews()
    {
        Snapshot newest = _holder.Share();
        SegmentView[] views = newest.Views;
        newest.Release();
        return views;
    }

    /// <summary>
    /// Starts a log for what comes after the next batch, whose rows are in segments.
    /// <see cref="Alone"/>, with nothing in memory.
    /// </summary>
    /// <returns>The number of that batch, and the log.</returns>
    internal (ulong Sequence, uint LogNumber) BeginLoading()
    {
        ulong sequence = _state.Sequence + 1;
        if (_log.MayHoldFailed)
        {
            // A batch of this number that failed: the header of the log below would not say that it does not
            // count.
            _log.Start(sequence);
            LogFiles++;
        }

        _log.Start(sequence + 1);
        LogFiles++;
        return (sequence, _log.Number);
    }

    /// <summary>
    /// The batch did not happen, so the log that waits for the one after it is of no use: the next write
    /// starts another one, after the disk has been told so.
    /// </summary>
    internal void GiveUpLoading()
    {
        _log.Close();
        _log.Written = _state.Sequence;
        _mustSeal = true;
        NoteDue();
    }

    /// <summary>Shows the rows of that batch.</summary>
    internal void EndLoading(SegmentView[] views, ulong sequence)
    {
        _state.Adopt(views, sequence);
        _log.Durable = sequence;
        Volatile.Write(ref _durable, sequence);
        LogFiles = 1;
        _sealed = sequence;
        _mustSeal = false;
        NoteDue();
        _holder.Publish(_state.MakeSnapshot());
    }
}
