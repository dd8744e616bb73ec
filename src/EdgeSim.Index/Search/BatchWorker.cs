using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Search;

/// <summary>Keeps the best rows of each of several queries.</summary>
internal sealed class BatchWorker : ScanWorker
{
    private NearestScorer[] _scorers = [];
    private TopK[] _best = [];
    private VectorKernels? _kernels;
    private LaneBuffer? _lanes;
    private float _bar;

    internal TopK Best(int query) => _best[query];

    internal void Begin(
        ScanMemory memory,
        VectorKernels kernels,
        NearestScorer[] scorers,
        LaneBuffer lanes,
        int capacity,
        float bar)
    {
        Begin(memory);
        _kernels = kernels;
        _scorers = scorers;
        _lanes = lanes;
        _bar = bar;
        _best = new TopK[scorers.Length];
        for (int i = 0; i < _best.Length; i++)
        {
            _best[i] = memory.Heap(i, capacity);
        }
    }

    /// <inheritdoc/>
    protected override void Step(in ScanStep step)
    {
        // A tile at a time, so that its dot products are still in the cache when they are looked at.
        int slots = step.Slots;
        Span<int> dots = Memory.Dots(VectorKernels.TileQueries * slots);
        for (int first = 0; first < _scorers.Length; first += VectorKernels.TileQueries)
        {
            int count = Math.Min(VectorKernels.TileQueries, _scorers.Length - first);
            TileScan.Measure(_kernels!, _lanes!, first, count, step, dots[..(count * slots)]);
            for (int i = 0; i < count; i++)
            {
                Offer(
                    ref _scorers[first + i], step, dots.Slice(i * slots, slots), _best[first + i], _bar);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Merge(ScanWorker other)
    {
        var worker = (BatchWorker)other;
        for (int i = 0; i < _best.Length; i++)
        {
            _best[i].Add(worker._best[i]);
        }
    }
}
