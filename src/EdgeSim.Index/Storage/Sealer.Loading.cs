namespace EdgeSim.Index.Storage;

/// <content>Segments that did not come through the log.</content>
internal sealed partial class Sealer
{
    /// <summary>
    /// Whether a checkpoint was reported as failed that the disk may have all the same, and that says
    /// something else than the one before.
    /// </summary>
    private volatile bool _isUnsure;

    /// <inheritdoc cref="_isUnsure"/>
    internal bool IsUnsure => _isUnsure;

    /// <summary>
    /// Makes the rows of some segments happen as one batch with a number of its own: they replace what has
    /// the same keys, and the last of them that have the same key among themselves.
    /// </summary>
    /// <remarks>
    /// The rows in memory are sealed first, so that the checkpoint that lists the new segments has every
    /// batch before them, and a replay of the logs begins behind them: an older row of the same key cannot
    /// come back. Writers wait for the last part of it: what came since the first sealing becomes a
    /// segment, and the checkpoint is written. Which rows die is mostly found before they have to wait.
    /// </remarks>
    /// <param name="made">
    /// Durable segments, oldest first; listed nowhere. The caller keeps its shares.
    /// </param>
    /// <returns>The number of the batch.</returns>
    /// <exception cref="IOException">
    /// The disk refuses. Nothing has happened, and the segments are of no use any more; writes are not taken
    /// before it is certain that nothing has happened on the disk either.
    /// </exception>
    internal ulong Load(IReadOnlyList<Segment> made)
    {
        Seal();
        lock (_sealing)
        {
            // No sealing and no merge changes the list of segments from here on; batches still kill rows.
            Settle();
            SegmentView[] before = checkpoints.Current.Views;
            SegmentView[] loaded = AmongThemselves(made);
            SegmentView[] after = Array.ConvertAll(before, view => Without(view, made));
            return writer.Alone(() =>
            {
                Seal();
                return Load(before, after, loaded, made);
            });
        }
    }

    /// <summary>The part during which no batch happens, with nothing in memory.</summary>
    private ulong Load(
        SegmentView[] before, SegmentView[] after, SegmentView[] loaded, IReadOnlyList<Segment> made)
    {
        var views = new List<SegmentView>();
        foreach (SegmentView view in writer.SealedViews())
        {
            int known = Array.FindIndex(before, old => old.Segment == view.Segment);
            views.Add(known < 0
                ? Without(view, made)
                : new SegmentView(view.Segment, Tombstones.Union(view.Dead, after[known].Dead)));
        }

        views.AddRange(loaded);
        (ulong sequence, uint logNumber) = writer.BeginLoading();
        try
        {
            checkpoints.Commit(old => old with
            {
                Sequence = sequence,
                LogNumber = logNumber,
                Views = [.. views],
                Durable = sequence,
            });
        }
        catch
        {
            // The disk may have the slot although it says that it has not.
            writer.GiveUpLoading();
            _isUnsure = true;
            TrySettle();
            throw;
        }

        writer.EndLoading([.. views], sequence);
        return sequence;
    }

    /// <summary>
    /// Writes the newest checkpoint again, over one that failed and that the disk may have: a batch that came
    /// after it would have a number that the other one has already.
    /// </summary>
    private void Settle()
    {
        if (_isUnsure)
        {
            checkpoints.Commit(old => old);
            _isUnsure = false;
        }
    }

    private void TrySettle()
    {
        try
        {
            Settle();
        }
        catch (Exception refused) when (
            refused is IndexException or IOException or UnauthorizedAccessException)
        {
            // Writers wait for it.
        }
    }

    /// <summary>Segments of one load: a row replaces those of its key in the segments before.</summary>
    private static SegmentView[] AmongThemselves(IReadOnlyList<Segment> made)
    {
        var views = new SegmentView[made.Count];
        for (int i = 0; i < views.Length; i++)
        {
            views[i] = Without(new SegmentView(made[i], Tombstones.None), made.Skip(i + 1));
        }

        return views;
    }

    private static SegmentView Without(SegmentView view, IEnumerable<Segment> newer)
        => newer.Aggregate(view, (left, segment) => left.Without(segment));
}
