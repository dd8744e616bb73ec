namespace EdgeSim.Index.Search;

/// <summary>
/// Keeps the best rows above a bar and counts the others above it. Those whose codes tell already that they
/// are above are counted without being measured.
/// </summary>
internal sealed class RadiusWorker<TScorer> : ScanWorker
    where TScorer : struct, IRowScorer
{
    private TScorer _scorer;
    private TopK _best = new();
    private float _bar;

    internal TopK Best => _best;

    /// <summary>Rows above the bar.</summary>
    internal long Found { get; private set; }

    internal void Begin(ScanMemory memory, in TScorer scorer, int capacity, float bar)
    {
        Begin(memory);
        _scorer = scorer;
        _scorer.Fork();
        _best = memory.Heap(0, capacity);
        _bar = bar;
        Found = 0;
    }

    /// <inheritdoc/>
    protected override void Step(in ScanStep step)
    {
        Span<int> dots = Memory.Dots(_scorer.Lanes * step.Slots);
        _scorer.Measure(step, dots);
        float least = MathF.BitIncrement(_bar);
        int slots = step.Slots;
        for (int slot = 0; slot < slots; slot++)
        {
            int row = step.RowOf(slot);
            if (!_scorer.CanBeat(step, dots, slot, row, _bar) || !step.IsWanted(row))
            {
                continue;
            }

            bool isCounted = _best.IsFull
                && (_best.Count == 0 || !_scorer.CanBeat(step, dots, slot, row, _best.Threshold))
                && _scorer.Reaches(step, dots, slot, row, least);
            float score = isCounted ? least : _scorer.Score(step, row);
            RowsRescored += isCounted ? 0 : 1;
            if (!(score > _bar))
            {
                continue;
            }

            if (!step.Matches(row))
            {
                RowsFiltered++;
                continue;
            }

            Found++;
            if (!isCounted)
            {
                _best.Add(score, step.PlaceOf(row));
            }
        }
    }

    /// <inheritdoc/>
    protected override void Merge(ScanWorker other)
    {
        var worker = (RadiusWorker<TScorer>)other;
        Found += worker.Found;
        _best.Add(worker._best);
    }
}
