using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Makes segments and checkpoints durable, one at a time: what the sealing and the merging of rows have in
/// common. A checkpoint happens when its manifest slot is written; before, no file that the one before needs
/// has been touched, and after, what only that one needed is removed.
/// </summary>
internal sealed class CheckpointWriter : IDisposable
{
    private readonly StoreContext _store;
    private readonly Lock _gate = new();
    private readonly List<string> _left = [];
    private uint _nextNumber;

    /// <param name="store">The collection.</param>
    /// <param name="opened">What was found; its segments are shared with it from now on.</param>
    /// <param name="nextNumber">A number that no file of the directory has.</param>
    internal CheckpointWriter(StoreContext store, Checkpoint opened, uint nextNumber)
    {
        _store = store;
        _nextNumber = nextNumber;
        Current = opened;
        Array.ForEach(opened.Views, view => view.Segment.Share());
    }

    /// <summary>The newest checkpoint.</summary>
    internal Checkpoint Current { get; private set; }

    /// <summary>
    /// Writes the live rows of some sources as a segment, durable under its final name, and opens it; null
    /// when no row lives. The caller has one share of it. No manifest lists it yet.
    /// </summary>
    internal Segment? WriteSegment(
        IReadOnlyList<IRowSource> sources, IReadOnlyList<PayloadIndexField> fields, WritePace pace)
        => sources.All(source => source.LiveCount == 0)
            ? null
            : WriteSegment(TakeNumber(), sources, fields, pace, null);

    /// <summary>
    /// The same for a merge, which may take long: it notes on the way how far it is. When the pace ends it,
    /// the notes stay for whoever goes on; when anything else does, nothing stays.
    /// </summary>
    internal Segment? WriteMerged(PendingMerge merge, WritePace pace)
    {
        if (merge.Sources.All(source => source.LiveCount == 0))
        {
            return null;
        }

        uint number = merge.Number == 0 ? TakeNumber() : merge.Number;
        var progress = new WriteProgress(merge.DurableBytes, _store.Settings.MergeStepBytes, done =>
            _store.Files.Replace(
                _store.File(MergeFile.Name(number)),
                MergeFile.Serialize(
                    _store.Descriptor.Id,
                    number,
                    merge.Sources,
                    merge.Fields,
                    _store.OrderFingerprint,
                    done)));
        try
        {
            return WriteSegment(number, merge.Sources, merge.Fields, pace, progress);
        }
        catch (Exception refused) when (refused is not OperationCanceledException)
        {
            _store.TryDelete(MergeFile.Name(number));
            throw;
        }
    }

    private Segment WriteSegment(
        uint number,
        IReadOnlyList<IRowSource> sources,
        IReadOnlyList<PayloadIndexField> fields,
        WritePace pace,
        WriteProgress? progress)
    {
        string path = _store.File(OrphanFiles.SegmentName(number));
        string temporary = path + AtomicFile.TemporarySuffix;
        try
        {
            SegmentHeader header = SegmentWriter.Write(
                _store.Files,
                temporary,
                _store.Descriptor.Id,
                number,
                _store.Options,
                sources,
                fields,
                _store.Structures,
                pace,
                progress);
            _store.Files.Rename(temporary, path);
            _store.Files.FlushDirectory(_store.Path);
            var entry = new ManifestEntry
            {
                Number = number,
                RowCount = header.RowCount,
                FileBytes = header.FileBytes,
                HeaderChecksum = header.HeaderChecksum,
            };
            Segment segment = SegmentOpener.Open(
                _store.Files, path, _store.Descriptor.Id, _store.Options, entry);
            segment.Share();
            return segment;
        }
        catch (Exception refused) when (refused is not OperationCanceledException || progress is null)
        {
            // No slot lists it: a disk that goes on refusing must not fill up with attempts.
            _store.TryDelete(System.IO.Path.GetFileName(temporary));
            _store.TryDelete(System.IO.Path.GetFileName(path));
            throw;
        }
    }

    /// <summary>Makes the next checkpoint durable.</summary>
    /// <param name="change">
    /// From the newest one to the next; sets neither its number nor its state file. Called once, alone.
    /// </param>
    internal void Commit(Func<Checkpoint, Checkpoint> change)
    {
        lock (_gate)
        {
            Checkpoint old = Current;
            Checkpoint next = change(old) with { Commit = old.Commit + 1, IsOfVersion1 = false };
            Array.ForEach(next.Views, view => view.Segment.Share());
            try
            {
                next = next.HasStateOf(old)
                    ? next with
                    {
                        StateNumber = old.StateNumber,
                        StateBytes = old.StateBytes,
                        StateChecksum = old.StateChecksum,
                    }
                    : WriteState(next);
                ManifestSlot slot = SlotOf(next);
                Manifest.Write(_store.Files, _store.File(Manifest.FileName), ref slot);
            }
            catch
            {
                // New files stay on the disk until a slot has been written over that one: it may have reached
                // the disk although its write reports a failure.
                _left.AddRange(NamesOf(next).Except(NamesOf(old)));
                Array.ForEach(next.Views, view => view.Segment.Release());
                throw;
            }

            Current = next;
            RemoveReplaced(old, next);
            _left.Except(NamesOf(next)).ToList().ForEach(_store.TryDelete);
            _left.Clear();
            Array.ForEach(old.Views, view => view.Segment.Release());
        }
    }

    /// <summary>Looks at the newest checkpoint while no other is made and no file of it goes.</summary>
    internal T Hold<T>(Func<Checkpoint, T> look)
    {
        lock (_gate)
        {
            return look(Current);
        }
    }

    /// <summary>The error for one file too many.</summary>
    internal IndexFullException Full() => new(
        _store.Path,
        $"the collection has {Current.Views.Length} files; allowed are {IndexLimits.SegmentsMax}",
        "Compact it, or start another collection.");

    /// <summary>Lets the segments go.</summary>
    public void Dispose() => Array.ForEach(Current.Views, view => view.Segment.Release());

    /// <summary>The files that a slot lists, without logs.</summary>
    private static IEnumerable<string> NamesOf(Checkpoint checkpoint)
        => checkpoint.Views.Select(view => System.IO.Path.GetFileName(view.Segment.Path))
            .Append(StateFile.Name(checkpoint.StateNumber));

    /// <summary>
    /// The next number. None is used twice, not even after a failure: what that failure left may be listed by
    /// a slot.
    /// </summary>
    internal uint TakeNumber() => Interlocked.Increment(ref _nextNumber) - 1;

    /// <summary>Writes what a checkpoint knows beside its segments, durable; nothing names it yet.</summary>
    internal Checkpoint WriteState(Checkpoint next)
    {
        if (next.Fields.Count == 0 && next.Views.All(view => view.Dead.Count == 0))
        {
            return next with { StateNumber = 0, StateBytes = 0, StateChecksum = 0 };
        }

        uint number = TakeNumber();
        byte[] bytes = StateFile.Serialize(_store.Descriptor.Id, number, next.Views, next.Fields);
        try
        {
            _store.Files.Replace(_store.File(StateFile.Name(number)), bytes);
        }
        catch
        {
            _store.TryDelete(StateFile.Name(number) + AtomicFile.TemporarySuffix);
            _store.TryDelete(StateFile.Name(number));
            throw;
        }

        return next with
        {
            StateNumber = number,
            StateBytes = (uint)bytes.Length,
            StateChecksum = StateFile.ChecksumOf(bytes),
        };
    }

    /// <summary>What the manifest says of a checkpoint.</summary>
    internal ManifestSlot SlotOf(Checkpoint next)
    {
        if (next.Views.Length > IndexLimits.SegmentsMax)
        {
            throw Full();
        }

        var slot = new ManifestSlot
        {
            Magic = ManifestSlot.MagicValue,
            Version = ManifestSlot.VersionNewest,
            CollectionId = _store.Descriptor.Id,
            DescriptorChecksum = _store.Descriptor.Checksum,
            Commit = next.Commit,
            NextNumber = Volatile.Read(ref _nextNumber),
            SegmentCount = (uint)next.Views.Length,
            LiveCountAndOne = (ulong)next.Views.Sum(view => (long)view.LiveCount) + 1,
            LogNumber = next.LogNumber,
            Sequence = next.Sequence,
            Durable = Math.Max(next.Durable, next.Sequence),
            StateNumber = next.StateNumber,
            StateBytes = next.StateBytes,
            StateChecksum = next.StateChecksum,
        };
        for (int i = 0; i < next.Views.Length; i++)
        {
            slot.Segments[i] = next.Views[i].Segment.Entry;
        }

        return slot;
    }

    private void RemoveReplaced(Checkpoint old, Checkpoint next)
    {
        foreach (SegmentView view in old.Views)
        {
            if (!Array.Exists(next.Views, kept => kept.Segment == view.Segment))
            {
                _store.TryDelete(System.IO.Path.GetFileName(view.Segment.Path));
            }
        }

        if (old.StateNumber != 0 && old.StateNumber != next.StateNumber)
        {
            _store.TryDelete(StateFile.Name(old.StateNumber));
        }

        for (uint log = old.LogNumber; log < next.LogNumber; log++)
        {
            _store.TryDelete(LogFiles.Name(log));
        }
    }
}
