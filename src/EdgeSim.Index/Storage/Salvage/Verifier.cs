using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// Reads everything of a collection and says what is not as it was written. First the files one by one, each
/// as far as it goes; then, by opening them as a program does, that they fit together.
/// </summary>
internal sealed class Verifier
{
    private readonly string _path;
    private readonly ScanProgress _progress;
    private readonly ProblemList _problems = new();
    private readonly DirectoryFiles _files;
    private long? _points;
    private int _segments;
    private int _logs;

    private Verifier(string path, Action<VerifyProgress>? told)
    {
        _path = path;
        _progress = ScanProgress.Of(path, told);
        _files = DirectoryFiles.List(path);
    }

    /// <summary>Verifies a collection that nobody writes. The caller has the lock.</summary>
    internal static VerifyReport Run(string path, Action<VerifyProgress>? told)
    {
        var verifier = new Verifier(path, told);
        try
        {
            verifier.Run();
        }
        catch (IndexFormatException newer)
        {
            verifier._problems.Error(newer);
        }

        return verifier.Report();
    }

    /// <summary>Verifies the rows that a snapshot of an open collection has.</summary>
    internal static VerifyReport Run(StoreContext store, Snapshot snapshot, Action<VerifyProgress>? told)
    {
        var problems = new ProblemList();
        var progress = new ScanProgress(told, snapshot.Bytes);
        foreach (SegmentView view in snapshot.Views)
        {
            using SalvageSegment segment =
                SalvageSegment.Of(view.Segment, store.Options, problems, progress);
            SegmentExam.Check(segment, store.Descriptor.Format == 1, problems);
        }

        SnapshotExam.Check(snapshot, store, problems);
        return new VerifyReport
        {
            Path = store.Path,
            Points = snapshot.LiveCount,
            Segments = snapshot.Views.Length,
            Logs = 0,
            Bytes = progress.Bytes,
            ErrorCount = problems.ErrorCount,
            Problems = problems.Problems,
        };
    }

    private void Run()
    {
        SlotEvidence slots = SlotEvidence.Read(_path, _problems);
        ManifestSlot? slot = slots.Whole.Count > 0 ? slots.Whole[0] : null;
        DescriptorEvidence evidence = DescriptorEvidence.Read(_path, slots, _files.Segments, _problems);
        if (evidence.Descriptor is not { } descriptor)
        {
            _problems.Error(
                Path.Combine(_path, Descriptor.FileName),
                null,
                "what the vectors are cannot be found out, so nothing else was read");
            return;
        }

        foreach (ManifestSlot other in slots.Whole)
        {
            CheckSlot(other, descriptor, evidence.Replacement is not null);
        }

        _ = StateEvidence.Read(_path, descriptor, slot, [], _problems);
        CheckSegments(descriptor, slot);
        _ = LogSalvage.Read(_path, descriptor.Id, LogStart.Of(slot), _files.Logs, _problems, _progress);
        _logs = _files.Logs.Count(number => number >= (slot?.LogNumber ?? 0));
        NoteOthers(slot);
        if (evidence.Replacement is null && slot is { } newest)
        {
            CheckTogether(descriptor, newest);
        }
    }

    private void CheckSlot(in ManifestSlot slot, Descriptor descriptor, bool isReplaced)
    {
        long offset = Manifest.OffsetOf(slot.Commit);
        if (!isReplaced
            && (slot.CollectionId != descriptor.Id || slot.DescriptorChecksum != descriptor.Checksum))
        {
            _problems.Error(
                Path.Combine(_path, Manifest.FileName),
                offset + 12,
                $"the slot was written for another {Descriptor.FileName} than the one beside it");
        }
    }

    private void CheckSegments(Descriptor descriptor, ManifestSlot? slot)
    {
        IEnumerable<(uint Number, ManifestEntry? Entry)> listed = slot is { } newest
            ? Enumerable.Range(0, (int)newest.SegmentCount)
                .Select(i => (newest.Segments[i].Number, (ManifestEntry?)newest.Segments[i]))
            : _files.Segments.Select(number => (number, (ManifestEntry?)null));
        foreach ((uint number, ManifestEntry? entry) in listed)
        {
            string path = Path.Combine(_path, OrphanFiles.SegmentName(number));
            using SalvageSegment? segment = SalvageSegment.Open(
                path, descriptor.Id, descriptor.Options, entry, _problems, _progress);
            _segments++;
            if (segment is not null)
            {
                SegmentExam.Check(segment, descriptor.Format == 1, _problems);
            }
        }
    }

    /// <summary>What lies in the directory and belongs to nothing.</summary>
    private void NoteOthers(ManifestSlot? slot)
    {
        if (slot is { } newest)
        {
            var listed = Enumerable.Range(0, (int)newest.SegmentCount)
                .Select(i => newest.Segments[i].Number).ToHashSet();
            Note(_files.Segments.Where(number => !listed.Contains(number)).Select(OrphanFiles.SegmentName));
            Note(_files.States.Where(number => number != newest.StateNumber).Select(StateFile.Name));
            Note(_files.Logs.Where(number => number < newest.LogNumber).Select(LogFiles.Name));
        }

        foreach (string name in _files.Rest)
        {
            _problems.Note(
                Path.Combine(_path, name),
                null,
                OrphanFiles.IsOurs(name)
                    ? "left by work that was cut off; the next open goes on with it or removes it"
                    : "not a file of the collection");
        }

        void Note(IEnumerable<string> names)
        {
            foreach (string name in names)
            {
                _problems.Note(
                    Path.Combine(_path, name),
                    null,
                    "no checkpoint needs this file; it goes at the next open");
            }
        }
    }

    /// <summary>Opens everything as a program does and looks at the points that come out.</summary>
    private void CheckTogether(Descriptor descriptor, ManifestSlot slot)
    {
        var store = new StoreContext(_path, DurableFiles.Disk, descriptor, CollectionSettings.Default);
        Checkpoint? checkpoint = null;
        try
        {
            checkpoint = CheckpointOpener.Open(store, slot);
            long live = checkpoint.Views.Sum(view => (long)view.LiveCount);
            if (slot.LiveCountAndOne > 0 && slot.LiveCountAndOne - 1 != (ulong)live)
            {
                _problems.Error(
                    store.File(Manifest.FileName),
                    Manifest.OffsetOf(slot.Commit) + 40,
                    $"the slot states {slot.LiveCountAndOne - 1} live rows; its segments have {live}");
            }

            var state = new WriteState(
                descriptor.Options, checkpoint.Views, checkpoint.Fields, checkpoint.Sequence);
            _ = Recovery.Run(store, state, slot);
            Snapshot snapshot = state.MakeSnapshot();
            try
            {
                SnapshotExam.Check(snapshot, store, _problems);
                _points = _problems.ErrorCount == 0 ? snapshot.LiveCount : null;
            }
            finally
            {
                snapshot.Release();
            }
        }
        catch (IndexException wrong)
        {
            _problems.ErrorOnce(wrong);
        }
        finally
        {
            Array.ForEach(checkpoint?.Views ?? [], view => view.Segment.Release());
        }
    }

    private VerifyReport Report() => new()
    {
        Path = _path,
        Points = _points,
        Segments = _segments,
        Logs = _logs,
        Bytes = _progress.Bytes,
        ErrorCount = _problems.ErrorCount,
        Problems = _problems.Problems,
    };
}
