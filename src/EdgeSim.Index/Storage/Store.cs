using EdgeSim.Index.Storage.Salvage;

namespace EdgeSim.Index.Storage;

/// <summary>
/// An open collection: its parts, opened and closed in order, and the work that goes on by itself.
/// </summary>
internal sealed partial class Store : IDisposable
{
    private readonly DirectoryLock _lock;
    private readonly StoreContext _context;
    private readonly SnapshotHolder _holder;
    private readonly CheckpointWriter _checkpoints;
    private readonly StoreWriter _writer;
    private readonly Sealer _sealer;
    private readonly Merger _merger;
    private readonly Background _sealing;
    private readonly Background _merging;
    private readonly CancellationTokenSource _stop = new();
    private readonly Timer? _flushing;
    private int _isClosed;

    private Store(
        DirectoryLock directoryLock,
        StoreContext context,
        WriteState state,
        CheckpointWriter checkpoints,
        LogWriter log,
        int logFiles,
        PendingMerge? left,
        RecoveryReport recovery)
    {
        _lock = directoryLock;
        _context = context;
        _checkpoints = checkpoints;
        Recovery = recovery;
        _holder = new SnapshotHolder(state.MakeSnapshot());
        _writer = new StoreWriter(
            context, state, log, _holder, checkpoints.Current.Sequence, logFiles);
        _sealer = new Sealer(_writer, checkpoints);
        _merger = new Merger(context, _writer, checkpoints, _sealer) { Left = left };
        _sealing = new Background(SealIfDue);
        _merging = new Background(MergeAll);
        if (context.Durability == Durability.Interval && directoryLock.ReadOnlyReason is null)
        {
            int period = context.Settings.FlushIntervalMs;
            _flushing = new Timer(static self => ((Store)self!).FlushQuietly(), this, period, period);
        }

        if (left is not null && context.Settings.IsBackground)
        {
            _merging.Wake();
        }
    }

    internal StoreContext Context => _context;

    internal RecoveryReport Recovery { get; }

    internal string? ReadOnlyReason => _lock.ReadOnlyReason;

    internal SnapshotHolder Snapshots => _holder;

    /// <summary>The newest checkpoint.</summary>
    internal Checkpoint Checkpoint => _checkpoints.Current;

    /// <summary>Why work in the background failed when it was tried last.</summary>
    internal Exception? Failure => _sealing.Failure ?? _merging.Failure;

    /// <summary>
    /// Opens the files of a collection whose lock is held; the store has the lock from now on.
    /// </summary>
    internal static Store Open(DirectoryLock directoryLock, StoreContext context)
    {
        ManifestSlot slot = Manifest.Read(
            context.Files, context.File(Manifest.FileName), context.Descriptor, out bool isDamaged);
        Checkpoint checkpoint = CheckpointOpener.Open(context, slot);
        CheckpointWriter? checkpoints = null;
        try
        {
            var state = new WriteState(
                context.Options, checkpoint.Views, checkpoint.Fields, checkpoint.Sequence)
            {
                Residency = new Residency(context.Settings.MappedBytesMax),
            };
            (RecoveryReport report, uint highestLog, IReadOnlyList<LogReader> logs) =
                Storage.Recovery.Run(context, state, slot);
            PendingMerge? left = directoryLock.ReadOnlyReason is null
                ? OrphanFiles.FindMerge(context, checkpoint)
                : null;
            uint highest = directoryLock.ReadOnlyReason is null
                ? Settle(context, slot, isDamaged, slot.Durable < state.Sequence ? logs : [], left)
                : 0;
            checkpoints = new CheckpointWriter(context, checkpoint, Math.Max(slot.NextNumber, highest + 1));
            var log = new LogWriter(context.Files, context.Path, context.Descriptor.Id)
            {
                Number = Math.Max(highestLog, slot.LogNumber),
                Durable = state.Sequence, // Flushed just now.
                Written = state.Sequence,
            };
            return new Store(directoryLock, context, state, checkpoints, log, logs.Count, left, report);
        }
        catch
        {
            checkpoints?.Dispose();
            throw;
        }
        finally
        {
            // Snapshots and the checkpoint have shares of their own.
            Array.ForEach(checkpoint.Views, view => view.Segment.Release());
        }
    }

    /// <summary>
    /// Makes durable what was found, which a process that was killed may have left in the system's memory
    /// alone, and only then removes what it makes superfluous. What comes after builds on it.
    /// </summary>
    private static uint Settle(
        StoreContext context,
        ManifestSlot slot,
        bool isDamaged,
        IReadOnlyList<LogReader> logs,
        PendingMerge? left)
    {
        if (slot.Commit == 0)
        {
            // Whoever created it may have been stopped before the names were durable.
            CollectionFiles.FlushNames(context.Files, context.Path);
        }

        // Written once more for the reason that LogReader.Keep gives.
        Manifest.Write(context.Files, context.File(Manifest.FileName), ref slot);
        foreach (LogReader log in logs)
        {
            if (log.Header is not null)
            {
                log.Keep(context.Files);
            }
        }

        RepairMarker.Settle(context.Files, context.Path, slot);
        return OrphanFiles.Remove(context, slot, isDamaged, left);
    }

    /// <summary>Does a batch.</summary>
    internal WriteReceipt Write(WriteBatch batch)
    {
        RequireWritable();
        while (_writer.MustSealFirst)
        {
            // Memory is full, or the disk did not keep the log: no more is taken before this succeeds.
            Guard("the rows in memory could not be sealed", () =>
            {
                MakeRoom();
                _sealer.SealIfDue();
            });
        }

        WriteReceipt receipt = _writer.Write(batch);
        if (_writer.IsSealDue)
        {
            if (_context.Settings.IsBackground)
            {
                _sealing.Wake();
            }
            else
            {
                SealQuietly();
            }
        }

        return receipt;
    }

    internal void Flush()
    {
        RequireWritable();
        while (!_writer.TryFlush())
        {
            Guard("the rows in memory could not be sealed", _sealer.Seal);
        }
    }

    /// <summary>Puts what is in memory into a segment.</summary>
    internal void Seal()
    {
        RequireWritable();
        Guard("the rows in memory could not be sealed", () =>
        {
            MakeRoom();
            _sealer.Seal();
        });
    }

    /// <summary>Merges until nothing is worth it, at the disk's own speed.</summary>
    internal void Compact(double deadMin, Action<long>? progress)
    {
        Seal();
        Guard("the collection could not be compacted", () =>
        {
            var pace = new WritePace(0, _stop.Token, progress);
            while (_merger.Step(deadMin, pace))
            {
            }
        });
    }

    /// <summary>Makes every segment anew, with the payload indexes that are declared now.</summary>
    internal void Rewrite()
    {
        Seal();
        Guard("the collection could not be rewritten", () => _merger.Rewrite(new WritePace(0, _stop.Token)));
    }

    /// <summary>Returns when the work in the background is done.</summary>
    internal void WaitIdle()
    {
        _sealing.WaitIdle();
        _merging.WaitIdle();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        _stop.Cancel();
        _flushing?.Dispose();
        _sealing.Dispose();
        _merging.Dispose();
        try
        {
            if (ReadOnlyReason is null)
            {
                MakeDurable();
                _writer.NoteEnd(_checkpoints);
            }
        }
        finally
        {
            _sealer.Dispose();
            _writer.Dispose();
            _checkpoints.Dispose();
            _lock.Dispose();
            _stop.Dispose();
        }
    }

    private bool IsCrowded => _checkpoints.Current.Views.Length >= IndexLimits.SegmentsMax / 2;

    internal void RequireWritable()
    {
        ObjectDisposedException.ThrowIf(_holder.IsClosed, typeof(Collection));
        if (ReadOnlyReason is { } reason)
        {
            throw new IndexReadOnlyException(_context.Path, reason);
        }
    }

    private void SealIfDue()
    {
        try
        {
            MakeRoom();
            _sealer.SealIfDue();
        }
        finally
        {
            _merging.Wake();
        }
    }

    /// <summary>
    /// When sealing is so much faster than merging that the files run out, whoever seals waits for the merge
    /// that is going on, which hurries then, and does the next one.
    /// </summary>
    private void MakeRoom()
    {
        while (IsCrowded && _merger.Step(Merger.DeadMinInBackground, new WritePace(0, _stop.Token)))
        {
        }
    }

    /// <summary>At the end: in the log or, when the disk did not keep that, in a segment.</summary>
    private void MakeDurable()
    {
        bool isDurable = false;
        try
        {
            isDurable = _writer.TryFlush();
        }
        catch (IndexStorageException)
        {
            // Another file may succeed.
        }

        if (!isDurable)
        {
            Guard("what had been acknowledged could not be made durable", _sealer.Seal);
        }
    }

    private void MergeAll()
    {
        var pace = new WritePace(_context.Settings.MergeBytesPerSecond, _stop.Token)
        {
            Hurries = () => IsCrowded,
        };
        while (_merger.Step(Merger.DeadMinInBackground, pace))
        {
        }
    }

    /// <summary>In the thread of a write that has succeeded: what the disk refuses comes up again.</summary>
    private void SealQuietly()
    {
        try
        {
            MakeRoom();
            _sealer.SealIfDue();
            while (_merger.Step(Merger.DeadMinInBackground, WritePace.Free))
            {
            }
        }
        catch (Exception refused) when (
            refused is IndexException or IOException or UnauthorizedAccessException)
        {
            // The rows stay in memory and in the log.
        }
    }

    private void FlushQuietly()
    {
        try
        {
            if (_writer.TryFlush())
            {
                return;
            }
        }
        catch (Exception refused) when (refused is IndexException or ObjectDisposedException)
        {
            // The rows are still in memory, and sealed they are durable too.
        }

        _sealing.Wake();
    }

    private void Guard(string what, Action step)
    {
        try
        {
            step();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new IndexStorageException(_context.Path, $"{what}: {refused.Message}", refused);
        }
    }
}
