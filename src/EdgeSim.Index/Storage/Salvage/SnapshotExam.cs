using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>Whether the sources of a snapshot fit together.</summary>
internal static class SnapshotExam
{
    /// <summary>
    /// Notes what does not: keys that live twice, dead rows beyond the end, counts, indexes.
    /// </summary>
    internal static void Check(Snapshot snapshot, StoreContext store, ProblemList problems)
    {
        foreach (SegmentView view in snapshot.Views)
        {
            CheckDead(view, problems);
            if (store.Descriptor.Format > 1)
            {
                CheckIndexes(view.Segment, problems);
            }
        }

        try
        {
            CheckKeys(snapshot, store, problems);
        }
        catch (IndexCorruptException wrong)
        {
            problems.ErrorOnce(wrong);
        }
    }

    private static void CheckDead(SegmentView view, ProblemList problems)
    {
        int live = 0;
        for (int row = 0; row < view.RowCount; row++)
        {
            live += view.IsLive(row) ? 1 : 0;
        }

        if (live != view.LiveCount)
        {
            problems.Error(
                view.Segment.Path,
                null,
                $"of {view.RowCount} rows {view.Dead.Count} are dead, but {live} live: the list of dead rows "
                + "goes beyond the end");
        }
    }

    private static void CheckKeys(Snapshot snapshot, StoreContext store, ProblemList problems)
    {
        var walk = new KeyWalk(snapshot, null, null);
        Match? before = null;
        long count = 0;
        while (walk.MoveNext())
        {
            count++;
            Match now = walk.Current;
            if (now.Key == before?.Key)
            {
                problems.Error(
                    store.Path,
                    null,
                    $"point {now.Key} lives twice: as row {before.Value.Ordinal} of source "
                    + $"{before.Value.Segment} and as row {now.Ordinal} of source {now.Segment}");
            }

            before = now;
        }

        if (count != snapshot.LiveCount)
        {
            problems.Error(store.Path, null, $"{count} points live, not {snapshot.LiveCount}");
        }
    }

    /// <summary>Makes the payload indexes of a segment again and compares them byte by byte.</summary>
    private static void CheckIndexes(Segment segment, ProblemList problems)
    {
        try
        {
            if (segment.Indexes is { } indexes && segment.IndexSection is { } section)
            {
                IReadOnlyList<IRowSource> rows = [new SegmentView(segment, Tombstones.None)];
                var comparison = new ComparingStream(section);
                _ = PayloadIndexBuilder.Write(
                    new MergedPayloads(rows, segment.RowCount), indexes.Fields, comparison);
                if (comparison.FirstDifference is { } at)
                {
                    problems.Error(
                        segment.Path,
                        section.FileOffset + at,
                        "the payload indexes are not those of the payloads");
                }
            }
        }
        catch (IndexCorruptException wrong)
        {
            problems.ErrorOnce(wrong);
        }
        catch (PayloadException wrong)
        {
            problems.Error(segment.Path, null, $"the payload indexes cannot be made again: {wrong.Message}");
        }
    }
}
