using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// The segments of a repaired collection: those that are sound stay as they are, of the others what can be
/// saved is written anew.
/// </summary>
internal sealed class SegmentRepair : IDisposable
{
    private readonly StoreContext _store;
    private readonly List<SalvageRows> _damaged = [];
    private readonly List<Part> _parts = [];
    private readonly List<RepairLoss> _losses = [];

    internal SegmentRepair(StoreContext store) => _store = store;

    /// <summary>What was lost where, but for single rows.</summary>
    internal IReadOnlyList<RepairLoss> Losses => _losses;

    /// <summary>Live rows in segments of which nothing can be read.</summary>
    internal long RowsLost { get; private set; }

    /// <summary>The damaged segments, of which rows may be lost.</summary>
    internal IReadOnlyList<SalvageRows> Damaged => _damaged;

    /// <summary>Reads all segments and finds what can be saved. Changes nothing.</summary>
    internal void Read(RepairEvidence evidence, ScanProgress? progress)
    {
        foreach ((uint number, ManifestEntry? entry) in evidence.Segments)
        {
            var problems = new ProblemList();
            Tombstones dead = evidence.State.Dead.GetValueOrDefault(number, Tombstones.None);
            string path = _store.File(OrphanFiles.SegmentName(number));
            SalvageSegment? segment = SalvageSegment.Open(
                path, _store.Descriptor.Id, _store.Options, entry, problems, progress);
            if (segment is null)
            {
                LoseAll(path, entry, dead, problems);
                continue;
            }

            bool isOrderSound = SegmentExam.Check(segment, anyPayload: true, problems);
            if (problems.ErrorCount == 0)
            {
                _parts.Add(new Part(number, segment.Entry, null, Within(dead, segment.RowCount)));
                segment.Dispose();
            }
            else
            {
                var rows = new SalvageRows(segment, dead, isOrderSound);
                _damaged.Add(rows);
                _parts.Add(new Part(number, segment.Entry, rows, dead));
                NoteLoss(path, rows, problems);
            }
        }
    }

    /// <summary>Opens the sound segments and writes the others anew.</summary>
    /// <param name="checkpoints">Writes them.</param>
    /// <param name="fields">The payload indexes they get.</param>
    /// <returns>All of them, oldest first; the caller has a share of each.</returns>
    internal List<SegmentView> Write(CheckpointWriter checkpoints, IReadOnlyList<PayloadIndexField> fields)
    {
        var views = new List<SegmentView>();
        try
        {
            foreach (Part part in _parts)
            {
                if (part.Rows is null)
                {
                    Segment segment = SegmentOpener.Open(
                        _store.Files,
                        _store.File(OrphanFiles.SegmentName(part.Number)),
                        _store.Descriptor.Id,
                        _store.Options,
                        part.Entry);
                    segment.Share();
                    views.Add(new SegmentView(segment, part.Dead));
                }
                else if (checkpoints.WriteSegment([part.Rows], fields, WritePace.Free) is { } made)
                {
                    views.Add(new SegmentView(made, Tombstones.None));
                }
            }

            WithoutOlder(views);
            return views;
        }
        catch
        {
            views.ForEach(view => view.Segment.Release());
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _damaged.ForEach(rows => rows.Segment.Dispose());

    /// <summary>
    /// Where a key lives in two segments, the newer row counts. Nothing to do where the list of dead rows is
    /// whole. O(rows x log rows) for segments whose ranges of keys overlap, mostly answered by their filters.
    /// </summary>
    private static void WithoutOlder(List<SegmentView> views)
    {
        for (int newer = 1; newer < views.Count; newer++)
        {
            for (int older = 0; older < newer; older++)
            {
                views[older] = Without(views[older], views[newer]);
            }
        }
    }

    private static SegmentView Without(SegmentView older, SegmentView newer)
    {
        Tombstones.Builder? builder = null;
        for (int row = 0; row < newer.RowCount; row++)
        {
            int ordinal = newer.IsLive(row) ? older.Segment.Find(newer.Key(row)) : -1;
            if (ordinal >= 0 && older.IsLive(ordinal))
            {
                builder ??= new Tombstones.Builder(older.Dead);
                builder.Set(ordinal, isDead: true);
            }
        }

        return builder is null ? older : new SegmentView(older.Segment, builder.Finish());
    }

    /// <summary>The dead rows that there can be.</summary>
    private static Tombstones Within(Tombstones dead, int rows)
    {
        if (!HasBeyond(dead, rows))
        {
            return dead;
        }

        var builder = new Tombstones.Builder(Tombstones.None);
        for (int row = 0; row < rows; row++)
        {
            if (dead.IsDead(row))
            {
                builder.Set(row, isDead: true);
            }
        }

        return builder.Finish();
    }

    private static bool HasBeyond(Tombstones dead, int rows)
    {
        for (int row = rows; row < dead.PageCount * Tombstones.PageRows; row++)
        {
            if (dead.IsDead(row))
            {
                return true;
            }
        }

        return false;
    }

    private void LoseAll(string path, ManifestEntry? entry, Tombstones dead, ProblemList problems)
    {
        long rows = entry is { } listed ? Math.Max(0, (long)listed.RowCount - dead.Count) : 0;
        RowsLost += rows;
        VerifyProblem why = problems.Problems[0];
        _losses.Add(new RepairLoss(
            path,
            why.Offset,
            entry is null
                ? $"nothing of the segment can be read, and nothing says how many points it had: {why.What}"
                : $"nothing of the segment and its {rows} points can be read: {why.What}"));
    }

    private void NoteLoss(string path, SalvageRows rows, ProblemList problems)
    {
        long live = 0;
        for (int row = 0; row < rows.RowCount; row++)
        {
            live += rows.Dead.IsDead(row) ? 0 : 1;
        }

        if (rows.LiveCount == live && !rows.HasLostVectors)
        {
            return;
        }

        VerifyProblem why = problems.Problems[0];
        _losses.Add(new RepairLoss(
            path,
            why.Offset,
            $"{rows.LiveCount} of {live} points could be saved: {why.What}"
            + (problems.ErrorCount == 1 ? "" : $" (and {problems.ErrorCount - 1} more)")));
    }

    private sealed record Part(uint Number, ManifestEntry Entry, SalvageRows? Rows, Tombstones Dead);
}
