using System.Globalization;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// Makes a damaged collection whole again. Everything new is durable under names that nothing knows before
/// the manifest is replaced, and that is the moment at which the repair happens; only then are old files set
/// aside. <see cref="RepairMarker"/> tells whoever comes after a power cut how far it was.
/// </summary>
internal sealed class Repairer
{
    private readonly DurableFiles _files;
    private readonly string _path;
    private readonly Action<VerifyProgress>? _told;
    private readonly ProblemList _problems = new();
    private readonly List<string> _uncertain = [];

    private Repairer(DurableFiles files, string path, Action<VerifyProgress>? told)
    {
        _files = files;
        _path = path;
        _told = told;
    }

    /// <summary>Repairs a collection whose lock for writing the caller has.</summary>
    internal static RepairReport Run(
        DurableFiles files, string path, string? asideFolder, Action<VerifyProgress>? told)
    {
        string? ended = EndEarlier(files, path);
        VerifyReport before = Verifier.Run(path, told);
        if (before.IsSound)
        {
            return new RepairReport
            {
                Before = before,
                IsRepaired = false,
                Points = before.Points ?? 0,
                AsideFolder = ended,
            };
        }

        string aside = FreeFolder(Path.GetFullPath(asideFolder ?? path));
        return new Repairer(files, path, told).Run(before, aside);
    }

    /// <summary>Ends a repair that was cut off, whatever became of it.</summary>
    private static string? EndEarlier(DurableFiles files, string path)
    {
        SlotEvidence slots = SlotEvidence.Read(path, new ProblemList());
        try
        {
            return RepairMarker.Settle(files, path, slots.Whole.Count > 0 ? slots.Whole[0] : null);
        }
        catch (IndexCorruptException damaged)
        {
            files.Rename(damaged.Path, damaged.Path + ".damaged");
            files.FlushDirectory(path);
            return null;
        }
    }

    private static string FreeFolder(string parent)
    {
        string name = Path.Combine(
            parent,
            "repair-" + DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture));
        string free = name;
        for (int i = 2; Directory.Exists(free); i++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}-{i}");
        }

        return free;
    }

    private RepairReport Run(VerifyReport found, string aside)
    {
        RepairEvidence evidence = RepairEvidence.Read(_path, _problems, _uncertain);
        var store = new StoreContext(_path, _files, evidence.Descriptor, CollectionSettings.Default);
        ScanProgress progress = ScanProgress.Of(_path, _told);
        LogSalvage logs = LogSalvage.Read(
            _path, store.Descriptor.Id, evidence.LogStart, evidence.Files.Logs, _problems, progress);
        using var segments = new SegmentRepair(store);
        segments.Read(evidence, progress);
        try
        {
            return Write(found, aside, evidence, store, segments, logs);
        }
        catch (Exception refused) when (
            refused is IOException or UnauthorizedAccessException or IndexException)
        {
            TryEnd(evidence.Files.Rest);
            throw;
        }
    }

    /// <summary>
    /// Removes what a repair that the disk refused has written, for the disk may be full; or, if the new
    /// manifest is there already, sets the old files aside. What fails here the next one does.
    /// </summary>
    private void TryEnd(IReadOnlyList<string> before)
    {
        try
        {
            EndEarlier(_files, _path);
            foreach (string name in DirectoryFiles.List(_path).Rest.Except(before).Where(OrphanFiles.IsOurs))
            {
                _files.Delete(Path.Combine(_path, name));
            }
        }
        catch (Exception again) when (again is IOException or UnauthorizedAccessException or IndexException)
        {
            // The failure that brought us here is the one to report.
        }
    }

    private RepairReport Write(
        VerifyReport found,
        string aside,
        RepairEvidence evidence,
        StoreContext store,
        SegmentRepair segments,
        LogSalvage logs)
    {
        var marker = new RepairMarker(
            (evidence.Slot?.Commit ?? 0) + 1,
            Math.Max(evidence.Slot?.NextNumber ?? 0, evidence.Files.Highest + 1),
            Math.Max(evidence.Slot?.LogNumber ?? 0, evidence.Files.Logs.LastOrDefault() + 1),
            IsWithin(aside) ? Path.GetRelativePath(_path, aside) : aside);
        marker.Write(_files, _path);
        Checkpoint empty = Empty(evidence, marker);
        using var checkpoints = new CheckpointWriter(store, empty, marker.FirstNumber);
        List<SegmentView> views = segments.Write(checkpoints, evidence.State.Fields);
        Snapshot? result = null;
        try
        {
            var logRepair = new LogRepair(store, checkpoints, logs);
            result = logRepair.Apply(views, evidence.State.Fields, evidence.IsReconstructed);
            bool isCertain = evidence.State.IsCertain && !evidence.IsReconstructed
                && logs.Gaps.Count == 0 && logRepair.Refused.Count == 0;
            long? stated = Stated(evidence, logs);
            if (!isCertain && stated is { } before && before != result.LiveCount)
            {
                _uncertain.Add(
                    $"the last that was written states {before} points; there are {result.LiveCount}");
            }

            if (evidence.IsSlotDamaged && logs.HasTail)
            {
                _uncertain.Add(
                    "the end of the newest log was taken for a write that was cut off; the slot of the "
                    + "manifest that would show whether it was is not whole");
            }

            RepairReport report = new RepairLosses(
                    segments, logs, logRepair.Refused, result, isCertain ? stated : null)
                .Report(found, _uncertain, aside);
            return Commit(evidence, marker, checkpoints, result, report);
        }
        finally
        {
            result?.Release();
            views.ForEach(view => view.Segment.Release());
        }
    }

    private bool IsWithin(string folder) => Path.GetDirectoryName(folder) == _path.TrimEnd('/');

    private static Checkpoint Empty(RepairEvidence evidence, RepairMarker marker) => new()
    {
        Commit = marker.Commit - 1,
        Sequence = evidence.Slot?.Sequence ?? 0,
        LogNumber = marker.FirstLog,
        Views = [],
        Fields = [],
    };

    /// <summary>How many points there were in the end; null when nothing says it.</summary>
    private static long? Stated(RepairEvidence evidence, LogSalvage logs)
        => logs.Batches.Count > 0 ? (long)logs.Batches[^1].Header.LiveCount
            : evidence.Slot is { LiveCountAndOne: > 0 } slot ? (long)slot.LiveCountAndOne - 1
            : null;

    /// <summary>
    /// Makes the repaired collection the one that counts, then sets aside what it replaces.
    /// </summary>
    private RepairReport Commit(
        RepairEvidence evidence,
        RepairMarker marker,
        CheckpointWriter checkpoints,
        Snapshot result,
        RepairReport report)
    {
        ulong sequence = Math.Max(result.Sequence, evidence.Slot?.Sequence ?? 0);
        using (var log = new LogWriter(_files, _path, evidence.Descriptor.Id)
        {
            Number = marker.FirstLog - 1,
            Durable = sequence,
        })
        {
            log.Start(sequence + 1);
        }

        Checkpoint next = checkpoints.WriteState(checkpoints.Current with
        {
            Commit = marker.Commit,
            Sequence = sequence,
            Durable = sequence,
            Views = result.Views,
            Fields = result.Fields,
        });
        ManifestSlot slot = checkpoints.SlotOf(next);
        string aside = report.AsideFolder!;
        report = report with
        {
            AsideFiles =
            [
                .. RepairMarker.NotNeeded(_path, slot),
                .. new[] { Manifest.FileName }.Where(IsHere),
                .. new[] { Descriptor.FileName }
                    .Where(name => evidence.Replacement is not null && IsHere(name)),
            ],
        };
        KeepCopies(aside, report);
        if (evidence.Replacement is { } descriptor)
        {
            _files.Replace(Path.Combine(_path, Descriptor.FileName), descriptor);
        }

        _files.Replace(Path.Combine(_path, Manifest.FileName), Manifest.Of(ref slot));
        RepairMarker.Settle(_files, _path, slot);
        return report;
    }

    private bool IsHere(string name) => File.Exists(Path.Combine(_path, name));

    /// <summary>
    /// The small files that are written over, and the report: durable before anything changes.
    /// </summary>
    private void KeepCopies(string aside, RepairReport report)
    {
        Directory.CreateDirectory(aside);
        foreach (string name in report.AsideFiles)
        {
            if (name is Manifest.FileName or Descriptor.FileName)
            {
                byte[] bytes = SalvageBytes.Read(Path.Combine(_path, name), 1 << 20, new ProblemList()) ?? [];
                _files.Replace(Path.Combine(aside, name), bytes);
            }
        }

        _files.Replace(Path.Combine(aside, RepairText.FileName), RepairText.Of(_path, report));
        _files.FlushDirectory(Path.GetDirectoryName(aside)!);
    }
}
