namespace EdgeSim.Index.Storage;

/// <summary>
/// Takes batches from any number of threads and makes them happen one after the other: applied, logged,
/// flushed if that was promised, then shown to readers. While one thread waits for the disk the others queue,
/// and the next flush serves all of them (group commit; DeWitt et al., Implementation techniques for main
/// memory database systems, 1984).
/// </summary>
internal sealed partial class StoreWriter : IDisposable
{
    /// <summary>Batches that one flush serves; bounds the record buffer with their bytes.</summary>
    private const int GroupMax = 256;

    private readonly StoreContext _store;
    private readonly WriteState _state;
    private readonly LogWriter _log;
    private readonly SnapshotHolder _holder;
    private readonly LogBuffer _buffer = new();
    private readonly Lock _writing = new();
    private readonly Queue<PendingWrite> _waiting = [];
    private ulong _durable;
    private ulong _sealed;
    private bool _mustSeal;

    /// <param name="store">The collection.</param>
    /// <param name="state">The rows as they were found.</param>
    /// <param name="log">A log that has not been started.</param>
    /// <param name="holder">Of the snapshot made of the state.</param>
    /// <param name="sealedSequence">The last batch that is in segments.</param>
    internal StoreWriter(
        StoreContext store, WriteState state, LogWriter log, SnapshotHolder holder, ulong sealedSequence)
    {
        _sealed = sealedSequence;
        _durable = log.Durable;
        _store = store;
        _state = state;
        _log = log;
        _holder = holder;
    }

    /// <summary>The log that is being written.</summary>
    internal uint LogNumber => _log.Number;

    /// <summary>Logs that a recovery would read.</summary>
    internal int LogFiles { get; set; }

    /// <summary>The last batch that the disk has for certain.</summary>
    internal ulong Durable => Volatile.Read(ref _durable);

    /// <summary>Whether the rows in memory should become a segment now.</summary>
    internal bool IsSealDue
    {
        get
        {
            lock (_writing)
            {
                return IsDue;
            }
        }
    }

    private bool IsDue => !_state.IsSealing && (
        _state.Active.Bytes >= _store.Settings.SealBytes
        || _log.Bytes >= 2L * _store.Settings.SealBytes
        || !_state.Active.HasRoomFor(IndexLimits.BatchPointsMax)
        || LogFiles > IndexLimits.LogFilesMax
        || _mustSeal);

    /// <summary>
    /// Whether rows must become a segment before more can be taken: memory is full, or the disk failed to keep
    /// what was written.
    /// </summary>
    internal bool MustSealFirst
    {
        get
        {
            lock (_writing)
            {
                return _mustSeal || (_state.IsSealing && (
                    _state.Active.Bytes >= _store.Settings.SealBytes
                    || _log.Bytes >= 2L * _store.Settings.SealBytes
                    || !_state.Active.HasRoomFor(IndexLimits.BatchPointsMax)));
            }
        }
    }

    /// <summary>Does a batch, completely or not at all, and returns when it is as durable as promised.</summary>
    internal WriteReceipt Write(WriteBatch batch)
    {
        var pending = new PendingWrite(batch);
        lock (_waiting)
        {
            _waiting.Enqueue(pending);
        }

        lock (_writing)
        {
            // Whoever held the lock before may have done this one too.
            while (!pending.IsDone)
            {
                WriteGroup(TakeGroup());
            }
        }

        pending.Failure?.Throw();
        return pending.Receipt;
    }

    /// <summary>Returns when everything that was acknowledged survives a power cut.</summary>
    internal void Flush()
    {
        lock (_writing)
        {
            FlushLocked();
        }
    }

    /// <summary>Sets the rows in memory aside for sealing, with a new log for what comes after.</summary>
    /// <returns>What is to be sealed, counted; null when there is nothing or it is being done.</returns>
    internal Snapshot? BeginSealing()
    {
        lock (_writing)
        {
            if (_state.IsSealing || _state.Sequence == _sealed)
            {
                _mustSeal &= _state.IsSealing;
                return null;
            }

            if (_store.Durability != Durability.None)
            {
                FlushLocked();
            }

            _log.Start(_state.Sequence + 1);
            LogFiles++;
            _holder.Publish(_state.MakeSnapshot());
            Snapshot target = _holder.Share();
            _state.BeginSealing();
            _holder.Publish(_state.MakeSnapshot());
            return target;
        }
    }

    /// <summary>Puts the segment that was made in the place of the rows set aside.</summary>
    internal void EndSealing(Segment? made, ulong sequence)
    {
        lock (_writing)
        {
            _state.EndSealing(made, sequence);
            _log.Durable = Math.Max(_log.Durable, sequence);
            Volatile.Write(ref _durable, _log.Durable);
            LogFiles = 1;
            _sealed = sequence;
            _mustSeal = false;
            _holder.Publish(_state.MakeSnapshot());
        }
    }

    /// <summary>Puts a merged segment in the place of its sources.</summary>
    internal void Replace(IReadOnlyList<SegmentView> merged, Segment? made)
    {
        lock (_writing)
        {
            _state.Replace(merged, made);
            _holder.Publish(_state.MakeSnapshot());
        }
    }

    /// <summary>
    /// Flushes, and notes in the manifest how far the logs go: whoever opens them next notices what is
    /// missing.
    /// </summary>
    internal void CloseCleanly(CheckpointWriter checkpoints)
    {
        lock (_writing)
        {
            if (_log.IsOpen && _state.Sequence > checkpoints.Current.Durable)
            {
                FlushLocked();
                checkpoints.Commit(old => old with { Durable = Math.Max(_log.Durable, old.Durable) });
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writing)
        {
            _holder.Close();
            _log.Dispose();
        }
    }

    private List<PendingWrite> TakeGroup()
    {
        var group = new List<PendingWrite>();
        long bytes = 0;
        lock (_waiting)
        {
            while (group.Count < GroupMax && _waiting.TryPeek(out PendingWrite? next)
                && (group.Count == 0 || bytes + next.Batch.Bytes <= IndexLimits.BatchBytesMax))
            {
                bytes += next.Batch.Bytes;
                group.Add(_waiting.Dequeue());
            }
        }

        return group;
    }

    private void WriteGroup(List<PendingWrite> group)
    {
        ulong before = _state.Sequence;
        try
        {
            ObjectDisposedException.ThrowIf(_holder.IsClosed, typeof(Collection));
            StartLog();
            long end = _log.Bytes;
            group.ForEach(Apply);
            if (_buffer.Length > 0)
            {
                _log.Append(_buffer.Written, _state.Sequence);
                if (_store.Durability == Durability.Always)
                {
                    _log.Flush(end);
                    Volatile.Write(ref _durable, _log.Durable);
                }

                _holder.Publish(_state.MakeSnapshot());
            }

            group.ForEach(pending => pending.IsDone = true);
        }
        catch (Exception refused)
        {
            _state.Rollback(0);
            _state.Sequence = before;
            Exception failure = refused is IOException or UnauthorizedAccessException
                ? new IndexStorageException(
                    _store.Path, $"the batch could not be written to the log: {refused.Message}", refused)
                : refused;
            group.ForEach(pending => pending.Fail(failure));
            DropFailed();
        }
        finally
        {
            _buffer.Truncate(0);
        }
    }

    /// <summary>One batch into state and buffer; its own mistakes are its own failure.</summary>
    private void Apply(PendingWrite pending)
    {
        int mark = _state.Mark;
        int length = _buffer.Length;
        _state.Sequence++;
        _buffer.Begin();
        try
        {
            int points = pending.Batch.Apply(_state, _buffer);
            if (_buffer.BodyBytes == 0)
            {
                _buffer.Truncate(length);
                _state.Sequence--;
            }
            else
            {
                _buffer.End(_state.Sequence, _log.Durable, _state.LiveCount);
            }

            pending.Receipt = new WriteReceipt(_state.Sequence, _store.Durability, points);
        }
        catch (Exception refused)
        {
            _state.Rollback(mark);
            _state.Sequence--;
            _buffer.Truncate(length);
            pending.Fail(refused);
        }
    }

    private void StartLog()
    {
        if (!_log.IsOpen)
        {
            _log.Start(_state.Sequence + 1);
            LogFiles++;
        }
    }

    private void FlushLocked()
    {
        if (_log.Written <= _log.Durable || !_log.IsOpen)
        {
            return;
        }

        try
        {
            _log.Flush(_log.Bytes);
            Volatile.Write(ref _durable, _log.Durable);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // What the log has is unknown now. The rows are still here: sealed, they are durable without it.
            _mustSeal = true;
            throw new IndexStorageException(
                _store.Path, $"the log could not be flushed: {refused.Message}", refused);
        }
    }

    /// <summary>Rows of batches that failed are dead but take room; a disk that stays full must not fill it.</summary>
    private void DropFailed()
    {
        Snapshot newest = _holder.Share();
        FreshView live = newest.Fresh[^1];
        if (live.Rows == _state.Active && _state.Active.RowCount - live.RowCount > live.RowCount + 1024)
        {
            _state.DropFailed(live);
            _holder.Publish(_state.MakeSnapshot());
        }

        newest.Release();
    }
}
