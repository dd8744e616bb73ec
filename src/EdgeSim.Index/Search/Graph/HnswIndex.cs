using EdgeSim.Index.Kernels;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Graph;

/// <summary>
/// Searches the graph of one segment where it lies: from the entry down to the base layer, there along
/// the links, nearest first, until no row is left that could improve the best so many; these are then
/// measured with the float query, as <see cref="FlatIndex"/> measures all. Dead and filtered rows are
/// walked through and not returned. Where they are so many that a scan of the others is cheaper, or too
/// few of the others are found, that scan is made: the answer is then exact.
/// </summary>
internal ref struct HnswIndex
{
    /// <summary>
    /// Rows that do not count and are kept for each row that does, before a scan is cheaper.
    /// </summary>
    private const int PassingFactor = 16;

    /// <summary>The same at most: 128 KiB of pool.</summary>
    private const int PassingMax = 16 << 10;

    /// <summary>Rows of a step of rescoring.</summary>
    private const int StepRows = 16;

    /// <summary>Beyond this a query is so long that its own length decides nothing any more.</summary>
    private const double ScaleRatioMax = 1e18;

    private readonly Probe _probe;
    private readonly SegmentColumn _column;
    private readonly HnswGraph _graph;
    private readonly VectorKernels _kernels;
    private readonly Metric _metric;
    private readonly HnswScratch _walk;
    private readonly bool _isEveryVectorWanted;
    private readonly float _inverseScale;
    private readonly float _queryScale;
    private long _compared;

    private HnswIndex(in Probe probe, HnswGraph graph)
    {
        _probe = probe;
        _column = probe.Column;
        _graph = graph;
        _kernels = probe.Kernels;
        _metric = probe.Metric;
        _walk = probe.Scratch.Walk;
        _isEveryVectorWanted = probe.IsEveryVectorWanted;
        _inverseScale = 1f / graph.ScaleMax;
        _queryScale = (float)Math.Min(probe.Query.Scale / graph.ScaleMax, ScaleRatioMax);
    }

    /// <summary>
    /// Offers the nearest rows of a segment whose column has a graph. The breadth of the effort is the rows
    /// kept on the way: more find more, at more cost; at least k count. Allocates nothing once the scratch
    /// has grown.
    /// </summary>
    /// <exception cref="IndexCorruptException">A block that is needed is damaged.</exception>
    internal static void Search(in Probe probe)
    {
        var search = new HnswIndex(probe, probe.Column.Graph!);
        search.Run(Math.Max(probe.Effort.Breadth, probe.Wanted), probe.Wanted);
        probe.Counts.Compared += search._compared;
        probe.Counts.Pages += search._compared + probe.Counts.Expanded;
    }

    private void Run(int wanted, int k)
    {
        int eligible = _probe.EligibleMax;
        HnswPool pool = _walk.Pool;
        pool.Reset(wanted, _isEveryVectorWanted ? 0 : Math.Min(PassingMax, PassingFactor * wanted));
        _walk.Reserve(Math.Max(Math.Max(_graph.BaseLinks, _graph.UpperLinks), StepRows));
        if (eligible <= wanted || !Walk(Descend(), eligible) || pool.Eligible < Math.Min(k, eligible))
        {
            _probe.OfferAll();
            return;
        }

        _probe.Counts.Incomplete++;

        Span<int> rows = _walk.Rows;
        int count = 0;
        bool isWorthIt = true;
        for (int i = 0; i < pool.Count && isWorthIt; i++)
        {
            if (pool.IsEligible(i))
            {
                rows[count++] = pool.Row(i);
            }

            if (count == StepRows || i == pool.Count - 1)
            {
                isWorthIt = _probe.Offer(rows[..count]);
                count = 0;
            }
        }
    }

    /// <summary>The row of the base layer to which the upper layers lead.</summary>
    private int Descend()
    {
        int place = _graph.Entry;
        Span<int> places = stackalloc int[HnswGraph.LinksMax];
        Span<int> rows = _walk.Rows;
        for (int layer = _graph.LayerCount; layer > 0; layer--)
        {
            rows[0] = _graph.NodeAt(layer, place);
            float best = float.PositiveInfinity;
            places[0] = place;
            for (int count = 1; count > 0;)
            {
                Rank(rows[..count]);
                int nearest = -1;
                for (int i = 0; i < count; i++)
                {
                    if (_walk.Keys[i] < best)
                    {
                        best = _walk.Keys[i];
                        nearest = i;
                    }
                }

                count = 0;
                if (nearest >= 0)
                {
                    _probe.Counts.Expanded++;
                    place = places[nearest];
                    count = _graph.ReadUpper(layer, place, places);
                    for (int i = 0; i < count; i++)
                    {
                        rows[i] = _graph.NodeAt(layer, places[i]);
                    }
                }
            }

            place = _graph.BelowAt(layer, place);
        }

        return place;
    }

    /// <summary>
    /// Walks the base layer; false when that costs more than comparing the eligible rows would.
    /// </summary>
    private bool Walk(int entry, int eligible)
    {
        HnswPool pool = _walk.Pool;
        _walk.BeginWalk(_column.Count);
        Span<byte> seen = _walk.Seen;
        byte epoch = _walk.Epoch;
        int[] rows = _walk.Rows;
        float[] keys = _walk.Keys;
        long end = _compared + eligible;
        if (_probe.LeavesOut)
        {
            foreach (uint place in _probe.Excluded)
            {
                seen[(int)(place - _probe.Source.FirstPlace)] = epoch;
            }
        }

        seen[entry] = epoch;
        rows[0] = entry;
        int count = 1;
        do
        {
            Rank(rows.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                if (keys[i] < pool.Bound)
                {
                    _kernels.Prefetch(_graph.BaseBlock(rows[i]));
                    pool.Add(keys[i], rows[i], _isEveryVectorWanted || _probe.IsWanted(rows[i]));
                }
            }

            count = 0;
            while (count == 0 && pool.TryExpand(out int next))
            {
                _probe.Counts.Expanded++;
                count = Unseen(next, seen, epoch, rows);
            }
        }
        while (count > 0 && _compared <= end && !pool.IsFlooded);
        return count == 0 && !pool.IsFlooded;
    }

    /// <summary>Copies the neighbours of a row that were not seen before, and marks them.</summary>
    private readonly int Unseen(int row, Span<byte> seen, byte epoch, Span<int> rows)
    {
        int linkCount = _graph.ReadBase(row, rows);
        int count = 0;
        for (int i = 0; i < linkCount; i++)
        {
            int link = rows[i];
            rows[count] = link;
            count += seen[link] != epoch ? 1 : 0;
            seen[link] = epoch;
        }

        return count;
    }

    /// <summary>Dot products of some rows with the query, into the walk's.</summary>
    private void Compare(ReadOnlySpan<int> rows)
    {
        _compared += rows.Length;
        _kernels.Dot(_probe.Codes, _column.CodesAt(rows), rows, _walk.Dots.AsSpan(0, rows.Length));
    }

    /// <summary>
    /// Keys of some rows, smaller for nearer ones; comparable within this search only. The side numbers are
    /// asked for before the codes, so that waiting for them and computing go on together.
    /// </summary>
    private void Rank(ReadOnlySpan<int> rows)
    {
        Span<float> factors = _walk.Factors.AsSpan(0, rows.Length);
        Span<float> offsets = _walk.Offsets.AsSpan(0, rows.Length);
        if (_metric == Metric.Cosine)
        {
            ReadOnlySpan<int> squareSums = _column.SquareSumsAt(rows);
            for (int i = 0; i < rows.Length; i++)
            {
                factors[i] = 1f / MathF.Sqrt(squareSums[rows[i]]);
                offsets[i] = 0f;
            }
        }
        else
        {
            ReadOnlySpan<float> scales = _column.ScalesAt(rows);
            ReadOnlySpan<int> squareSums = _metric == Metric.Dot ? default : _column.SquareSumsAt(rows);
            for (int i = 0; i < rows.Length; i++)
            {
                float factor = scales[rows[i]] * _inverseScale;
                factors[i] = _metric == Metric.Dot ? factor : 2 * _queryScale * factor;
                offsets[i] = _metric == Metric.Dot ? 0f : factor * factor * squareSums[rows[i]];
            }
        }

        Compare(rows);
        ReadOnlySpan<int> dots = _walk.Dots.AsSpan(0, rows.Length);
        Span<float> keys = _walk.Keys.AsSpan(0, rows.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = offsets[i] - (factors[i] * dots[i]);
        }
    }
}
