namespace EdgeSim.Index.Storage;

/// <summary>
/// Keeps the number of files and the dead rows in them small: merges segments of about one size, and rewrites
/// one that is mostly dead. One merge at a time, of a bounded number of rows, each a checkpoint of its own;
/// one that is interrupted goes on where it was when the collection is opened again. Writing goes on
/// meanwhile; rows that die during a merge are dead in its result.
/// </summary>
internal sealed class Merger(
    StoreContext store, StoreWriter writer, CheckpointWriter checkpoints, Sealer sealer)
{
    /// <summary>
    /// Dead part from which the background rewrites a file: a quarter, so that rows are not copied for
    /// little.
    /// </summary>
    internal const double DeadMinInBackground = 0.25;

    /// <summary>
    /// Files of one size that are merged into one: a row is rewritten log4(rows) times, and at most three
    /// files of a size are left.
    /// </summary>
    private const int FanIn = 4;

    /// <summary>Of rows below this, files count as one size: a search scans them in no time.</summary>
    private const int SmallRows = 1024;

    private readonly Lock _merging = new();
    private PendingMerge? _left;

    /// <summary>
    /// A merge that was interrupted before the collection was opened; its sources are shared.
    /// </summary>
    internal PendingMerge? Left
    {
        init => _left = value;
    }

    /// <summary>Does one merge, if one is worth it.</summary>
    /// <param name="deadMin">
    /// Part of a file's rows from which it is rewritten for its dead ones alone.
    /// </param>
    /// <param name="pace">How fast.</param>
    /// <returns>Whether there was one to do, and another may be.</returns>
    /// <exception cref="OperationCanceledException">The pace says stop; nothing has changed.</exception>
    internal bool Step(double deadMin, WritePace pace)
    {
        lock (_merging)
        {
            Checkpoint checkpoint = checkpoints.Current;
            PendingMerge? left = Interlocked.Exchange(ref _left, null);
            IReadOnlyList<SegmentView> chosen = left?.Sources ?? Choose(checkpoint.Views, deadMin);
            if (chosen.Count == 0 || sealer.HasLeft)
            {
                return false;
            }

            try
            {
                return Merge(left ?? new PendingMerge(0, chosen, checkpoint.Fields, 0), pace);
            }
            catch (IndexCorruptException) when (chosen.Any(view => view.Segment.IsDamaged))
            {
                // That segment is marked now: it stays as it is and is not chosen again; searches go on
                // reporting it.
                return true;
            }
        }
    }

    /// <summary>Makes every segment that is there now anew, one at a time.</summary>
    internal void Rewrite(WritePace pace)
    {
        lock (_merging)
        {
            if (Interlocked.Exchange(ref _left, null) is { } left)
            {
                store.TryDelete(MergeFile.Name(left.Number));
                store.TryDelete(OrphanFiles.SegmentName(left.Number) + AtomicFile.TemporarySuffix);
            }

            foreach (Segment segment in checkpoints.Current.Views.Select(view => view.Segment).ToArray())
            {
                SegmentView? view = Array.Find(
                    checkpoints.Current.Views, candidate => candidate.Segment == segment);
                if (view is not null && !segment.IsDamaged)
                {
                    _ = Merge(new PendingMerge(0, [view], checkpoints.Current.Fields, 0), pace);
                }
            }
        }
    }

    /// <summary>False, with nothing changed, where rows wait for a disk that refused to be sealed.</summary>
    private bool Merge(PendingMerge merge, WritePace pace)
    {
        IReadOnlyList<SegmentView> chosen = merge.Sources;
        Segment[] shared = [.. chosen.Select(view => view.Segment)];
        Array.ForEach(shared, segment => segment.Share());
        Segment? made = null;
        try
        {
            made = checkpoints.WriteMerged(merge, pace);
            bool isDone = sealer.TryBetween(() =>
            {
                checkpoints.Commit(old => old with { Views = Replaced(old.Views, chosen, made) });
                writer.Replace(chosen, made);
            });
            if (made is not null)
            {
                store.TryDelete(MergeFile.Name((uint)made.Number));
                if (!isDone)
                {
                    store.TryDelete(System.IO.Path.GetFileName(made.Path));
                }
            }

            return isDone;
        }
        finally
        {
            made?.Release();
            Array.ForEach(shared, segment => segment.Release());
        }
    }

    private static SegmentView[] Replaced(
        SegmentView[] views, IReadOnlyList<SegmentView> merged, Segment? made)
    {
        var kept = views.Where(view => !merged.Any(old => old.Segment == view.Segment)).ToList();
        if (made is not null)
        {
            int at = Array.FindIndex(views, view => view.Segment == merged[0].Segment);
            kept.Insert(Math.Min(at, kept.Count), WriteState.Carry(merged, views, made));
        }

        return [.. kept];
    }

    /// <summary>The segments to merge next, oldest first; empty when all is well.</summary>
    private static List<SegmentView> Choose(SegmentView[] views, double deadMin)
    {
        var whole = views.Where(view => !view.Segment.IsDamaged).ToList();
        SegmentView? dead = whole
            .Where(view => view.Dead.Count > deadMin * view.RowCount)
            .MaxBy(view => view.Dead.Count);
        if (dead is not null)
        {
            return [dead];
        }

        foreach (IGrouping<int, SegmentView> size in whole.GroupBy(Size).OrderBy(group => group.Key))
        {
            var chosen = new List<SegmentView>();
            long rows = 0;
            foreach (SegmentView view in size)
            {
                if (rows + view.LiveCount <= IndexLimits.SegmentRowsMax)
                {
                    rows += view.LiveCount;
                    chosen.Add(view);
                }
            }

            if (chosen.Count >= FanIn)
            {
                return chosen;
            }
        }

        return [];
    }

    private static int Size(SegmentView view)
        => (int)Math.Log(Math.Max(1.0, (double)view.LiveCount / SmallRows), FanIn);
}
