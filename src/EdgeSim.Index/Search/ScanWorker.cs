namespace EdgeSim.Index.Search;

/// <summary>
/// One thread's part of a scan: takes chunks until none is left, and keeps what it finds to itself.
/// </summary>
internal abstract class ScanWorker
{
    private ScanMemory? _memory;

    /// <summary>Rows whose codes were compared.</summary>
    internal long RowsVisited { get; private set; }

    /// <summary>Rows measured with the float query.</summary>
    internal long RowsRescored { get; set; }

    /// <summary>Rows that were near enough, and turned away by the filter then.</summary>
    internal long RowsFiltered { get; set; }

    protected ScanMemory Memory => _memory!;

    /// <summary>Takes chunks until none is left.</summary>
    internal void Work(ScanPlan plan)
    {
        int at = 0;
        for (int chunk = plan.NextChunk(); chunk < plan.ChunkCount; chunk = plan.NextChunk())
        {
            while (chunk - plan.Source(at).FirstChunk >= plan.Source(at).ChunkCount)
            {
                at++;
            }

            ScanSource source = plan.Source(at);
            int first = (chunk - source.FirstChunk) * source.ChunkRows;
            int end = (int)Math.Min((long)first + source.ChunkRows, source.Count);
            int begin = first;
            source.Segment?.Expect(first, end - first);
            for (; first < end; first += source.StepRows)
            {
                Step(plan, source, first, Math.Min(source.StepRows, end - first));
            }

            source.Segment?.Forget(begin, end - begin);
        }
    }

    /// <summary>Adds the counts of another worker; what it found comes with <see cref="Merge"/>.</summary>
    internal void Add(ScanWorker other)
    {
        RowsVisited += other.RowsVisited;
        RowsRescored += other.RowsRescored;
        RowsFiltered += other.RowsFiltered;
        Merge(other);
    }

    protected void Begin(ScanMemory memory)
    {
        _memory = memory;
        RowsVisited = RowsRescored = RowsFiltered = 0;
    }

    /// <summary>Adds what another worker of the same kind found.</summary>
    protected abstract void Merge(ScanWorker other);

    /// <summary>Compares the vectors of a step.</summary>
    protected abstract void Step(in ScanStep step);

    /// <summary>
    /// Offers the rows of a step to a heap: those that can have a score above its worst one and the bar are
    /// measured, and if they have, the filter is asked. Rows come by age, so one that only equals the worst
    /// is too late.
    /// </summary>
    protected void Offer<TScorer>(
        ref TScorer scorer, in ScanStep step, ReadOnlySpan<int> dots, TopK best, float bar)
        where TScorer : struct, IRowScorer
    {
        float threshold = best.IsFull ? Math.Max(bar, best.Threshold) : bar;
        int slots = step.Slots;
        for (int slot = 0; slot < slots; slot++)
        {
            if (threshold != float.NegativeInfinity)
            {
                slot = scorer.Next(step, dots, slot, threshold);
                if (slot == slots)
                {
                    break;
                }
            }

            int row = step.RowOf(slot);
            if (!step.IsWanted(row))
            {
                continue;
            }

            float score = scorer.Score(step, row);
            RowsRescored++;
            if (!(score > threshold))
            {
                continue;
            }

            if (!step.Matches(row))
            {
                RowsFiltered++;
                continue;
            }

            best.Add(score, step.PlaceOf(row));
            threshold = best.IsFull ? Math.Max(bar, best.Threshold) : bar;
        }
    }

    private void Step(ScanPlan plan, ScanSource source, int first, int count)
    {
        ReadOnlySpan<int> picks = default;
        if (source.Chosen is not null)
        {
            int picked = source.Pick(first, count, Memory.Picks);
            if (picked == 0)
            {
                return;
            }

            // Where most are meant, going over all is as fast as picking, and skips nothing that is read.
            picks = picked <= count / 2 ? Memory.Picks.AsSpan(0, picked) : default;
        }

        var step = new ScanStep(source, first, count, plan.NeedsScales, picks, plan.Excluded);
        RowsVisited += step.Slots;
        Step(step);
    }
}
