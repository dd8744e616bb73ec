namespace EdgeSim.Index.Search;

/// <summary>Keeps the best rows.</summary>
internal sealed class TopWorker<TScorer> : ScanWorker
    where TScorer : struct, IRowScorer
{
    private TScorer _scorer;
    private TopK _best = new();
    private float _bar;

    internal TopK Best => _best;

    internal void Begin(ScanMemory memory, in TScorer scorer, int capacity, float bar)
    {
        Begin(memory);
        _scorer = scorer;
        _scorer.Fork();
        _best = memory.Heap(0, capacity);
        _bar = bar;
    }

    /// <inheritdoc/>
    protected override void Step(in ScanStep step)
    {
        Span<int> dots = Memory.Dots(_scorer.Lanes * step.Slots);
        _scorer.Measure(step, dots);
        Offer(ref _scorer, step, dots, _best, _bar);
    }

    /// <inheritdoc/>
    protected override void Merge(ScanWorker other) => _best.Add(((TopWorker<TScorer>)other)._best);
}
