using System.Diagnostics.CodeAnalysis;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Takes batches from any number of threads and makes them happen one after the other: applied, logged,
/// flushed if that was promised, then shown to readers. While one thread waits for the disk the others queue,
/// and the next flush serves all of them (group commit; DeWitt et al., Implementation techniques for main
/// memory database systems, 1984).
/// </summary>
internal sealed class StoreWriter : IDisposable
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
    private bool _isLed;
    private bool _mustSeal;
    private volatile bool _isDue;
    private volatile bool _mustSealFirst;

    /// <param name="store">The collection.</param>
    /// <param name="state">The rows as they were found.</param>
    /// <param name="log">A log that has not been started.</param>
    /// <param name="holder">Of the snapshot made of the state.</param>
    /// <param name="sealedSequence">The last batch that is in segments.</param>
    /// <param name="logFiles">Logs that a recovery would read.</param>
    internal StoreWriter(
        StoreContext store,
        WriteState state,
        LogWriter log,
        SnapshotHolder holder,
        ulong sealedSequence,
        int logFiles)
    {
        LogFiles = logFiles;
        _sealed = sealedSequence;
        _durable = log.Durable;
        _store = store;
        _state = state;
        _log = log;
        _holder = holder;
        NoteDue();
    }

    /// <summary>The log that is being written.</summary>
    internal uint LogNumber => _log.Number;

    /// <summary>Logs that a recovery would read.</summary>
    internal int LogFiles { get; private set; }

    /// <summary>The last batch that the disk has for certain.</summary>
    internal ulong Durable => Volatile.Read(ref _durable);

    /// <summary>
    /// Whether the rows in memory should become a segment now. Waits for nobody: a thread that waited here
    /// for a flush would come too late to share the next one.
    /// </summary>
    internal bool IsSealDue => _isDue;

    private bool IsDue => !_state.IsSealing && (IsFull || LogFiles > IndexLimits.LogFilesMax || _mustSeal);

    /// <summary>Whether there are enough rows in memory for a segment, or enough bytes in the log.</summary>
    private bool IsFull => _state.Active.Bytes >= _store.Settings.SealBytes
        || _log.Bytes >= 2L * _store.Settings.SealBytes
        || !_state.Active.HasRoomFor(IndexLimits.BatchPointsMax);

    /// <summary>
    /// Whether there are so many that the background, which should have sealed them, is late.
    /// </summary>
    private bool IsOverfull => _state.Active.Bytes >= 2L * _store.Settings.SealBytes
        || _log.Bytes >= (2L * _store.Settings.SealBytes) + IndexLimits.RecordBytesMax
        || !_state.Active.HasRoomFor(0);

    /// <summary>
    /// Whether rows must become a segment before more can be taken: memory is full, or the disk failed to
    /// keep what was written.
    /// </summary>
    internal bool MustSealFirst => _mustSealFirst;

    /// <summary>
    /// Does a batch, completely or not at all, and returns when it is as durable as promised.
    /// </summary>
    internal WriteReceipt Write(WriteBatch batch)
    {
        var pending = new PendingWrite(batch);
        lock (_waiting)
        {
            _waiting.Enqueue(pending);
            if (!_isLed)
            {
                _isLed = true;
                pending.Lead();
            }
        }

        if (pending.WaitToLead())
        {
            try
            {
                lock (_writing)
                {
                    WriteGroup();
                    NoteDue();
                }
            }
            finally
            {
                HandOver();
            }
        }

        pending.Failure?.Throw();
        return pending.Receipt;
    }

    /// <summary>
    /// Flushes the log; false when some of what was acknowledged is in a log that the disk did not keep, and
    /// only sealing makes it durable.
    /// </summary>
    /// <exception cref="IndexStorageException">The disk refuses.</exception>
    internal bool TryFlush()
    {
        lock (_writing)
        {
            FlushLocked();
            return _log.Durable >= _state.Sequence;
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
                NoteDue();
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
            NoteDue();
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
            NoteDue();
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
    /// Notes in the manifest how far the logs go, so that whoever opens them next notices what is missing,
    /// and in a log which batch has failed, so that it does not come to life then.
    /// </summary>
    internal void NoteEnd(CheckpointWriter checkpoints)
    {
        lock (_writing)
        {
            try
            {
                if (_log.MayHoldFailed)
                {
                    StartLog(_state.Sequence + 1);
                }

                if (_log.Durable > checkpoints.Current.Durable)
                {
                    checkpoints.Commit(old => old with { Durable = _log.Durable });
                }
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                // The notes are missing, and nothing else.
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

    /// <summary>The thread that has waited longest writes next.</summary>
    private void HandOver()
    {
        lock (_waiting)
        {
            _isLed = _waiting.TryPeek(out PendingWrite? next);
            next?.Lead();
        }
    }

    private void NoteDue()
    {
        _isDue = IsDue;
        _mustSealFirst = _mustSeal || IsOverfull || (_state.IsSealing && IsFull);
    }

    /// <summary>
    /// Takes the batches that wait, as long as what they come to is not more than one may come to alone.
    /// </summary>
    private void ApplyWaiting(List<PendingWrite> group)
    {
        int rows = _state.Active.RowCount;
        while (group.Count < GroupMax
            && _buffer.Length < IndexLimits.BatchBytesMax
            && _state.Active.RowCount - rows < IndexLimits.BatchPointsMax
            && TryTake(out PendingWrite? next))
        {
            group.Add(next);
            Apply(next);
        }
    }

    private bool TryTake([NotNullWhen(true)] out PendingWrite? next)
    {
        lock (_waiting)
        {
            return _waiting.TryDequeue(out next);
        }
    }

    private void WriteGroup()
    {
        var group = new List<PendingWrite>();
        ulong before = _state.Sequence;
        try
        {
            ApplyWaiting(group);
            if (_buffer.Length > 0)
            {
                StartLog(before + 1);
                long end = _log.Bytes;
                _log.Append(_buffer.Written, _state.Sequence);
                if (_store.Durability == Durability.Always)
                {
                    _log.Flush(end);
                    Volatile.Write(ref _durable, _log.Durable);
                }

                _holder.Publish(_state.MakeSnapshot());
            }

        }
        catch (Exception refused)
        {
            _state.Rollback(0);
            _state.Sequence = before;
            _mustSeal |= _store.Durability == Durability.Interval && !_log.IsOpen && _log.Durable < before;
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
            group.ForEach(pending => pending.Finish());
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
            ObjectDisposedException.ThrowIf(_holder.IsClosed, typeof(Collection));
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

    private void StartLog(ulong firstSequence)
    {
        if (!_log.IsOpen)
        {
            _log.Start(firstSequence);
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
            NoteDue();
            throw new IndexStorageException(
                _store.Path, $"the log could not be flushed: {refused.Message}", refused);
        }
    }

    /// <summary>
    /// Rows of batches that failed are dead but take room; a disk that stays full must not fill it.
    /// </summary>
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
