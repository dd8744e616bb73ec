using EdgeSim.Index.Kernels;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

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

    private readonly SegmentView _view;
    private readonly SegmentColumn _column;
    private readonly HnswGraph _graph;
    private readonly RowBitmap? _filter;
    private readonly VectorKernels _kernels;
    private readonly Metric _metric;
    private readonly PreparedQuery _query;
    private readonly SearchScratch _scratch;
    private readonly HnswScratch _walk;
    private readonly bool _isEveryRowEligible;
    private readonly float _inverseScale;
    private readonly float _queryScale;

    private HnswIndex(
        SegmentView view,
        SegmentColumn column,
        HnswGraph graph,
        RowBitmap? filter,
        VectorKernels kernels,
        Metric metric,
        in PreparedQuery query,
        SearchScratch scratch)
    {
        _view = view;
        _column = column;
        _graph = graph;
        _filter = filter;
        _kernels = kernels;
        _metric = metric;
        _query = query;
        _scratch = scratch;
        _walk = scratch.Walk;
        _isEveryRowEligible = filter is null && view.Dead.Count == 0;
        _inverseScale = 1f / graph.ScaleMax;
        _queryScale = (float)Math.Min(query.Scale / graph.ScaleMax, ScaleRatioMax);
    }

    /// <summary>Rows whose links were followed.</summary>
    internal long Expanded { get; private set; }

    /// <summary>Rows whose codes met the query's codes.</summary>
    internal long Compared { get; private set; }

    /// <summary>Rows measured with the float query.</summary>
    internal long Rescored { get; private set; }

    /// <summary>Whether every eligible row was compared.</summary>
    internal bool IsExact { get; private set; }

    /// <summary>
    /// Offers the nearest rows to the scratch's heap. Allocates nothing once the scratch has grown.
    /// </summary>
    /// <param name="view">The segment; its column has a graph.</param>
    /// <param name="column">Which column.</param>
    /// <param name="filter">Rows that may be in the answer; null: all.</param>
    /// <param name="kernels">The instruction set.</param>
    /// <param name="metric">The column's metric.</param>
    /// <param name="query">The query, prepared in the scratch.</param>
    /// <param name="effort">Rows to keep on the way: more find more, at more cost. At least k counts.</param>
    /// <param name="k">Matches wanted.</param>
    /// <param name="firstPlace">Place of the segment's first vector in the snapshot.</param>
    /// <param name="scratch">Memory, prepared for the column.</param>
    /// <exception cref="IndexCorruptException">A block that is needed is damaged.</exception>
    internal static HnswIndex Search(
        SegmentView view,
        int column,
        RowBitmap? filter,
        VectorKernels kernels,
        Metric metric,
        in PreparedQuery query,
        int effort,
        int k,
        uint firstPlace,
        SearchScratch scratch)
    {
        SegmentColumn from = view.Segment.Column(column);
        var search = new HnswIndex(view, from, from.Graph!, filter, kernels, metric, query, scratch);
        search.Run(Math.Max(effort, k), k, firstPlace);
        return search;
    }

    private void Run(int wanted, int k, uint firstPlace)
    {
        int eligible = Math.Min(_column.Count, _view.LiveCount);
        eligible = _filter is null ? eligible : Math.Min(eligible, _filter.Count());
        HnswPool pool = _walk.Pool;
        pool.Reset(wanted, _isEveryRowEligible ? 0 : Math.Min(PassingMax, PassingFactor * wanted));
        _walk.Reserve(Math.Max(Math.Max(_graph.BaseLinks, _graph.UpperLinks), StepRows));
        if (eligible <= wanted || !Walk(Descend(), eligible) || pool.Eligible < Math.Min(k, eligible))
        {
            ScanEligible(firstPlace);
            IsExact = true;
            return;
        }

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
                isWorthIt = Offer(rows[..count], firstPlace);
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
                    Expanded++;
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
        long end = Compared + eligible;
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
                    pool.Add(keys[i], rows[i], _isEveryRowEligible || IsEligible(rows[i]));
                }
            }

            count = 0;
            while (count == 0 && pool.TryExpand(out int next))
            {
                Expanded++;
                count = Unseen(next, seen, epoch, rows);
            }
        }
        while (count > 0 && Compared <= end && !pool.IsFlooded);
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
        Compared += rows.Length;
        _kernels.Dot(_scratch.Codes, _column.CodesAt(rows), rows, _walk.Dots.AsSpan(0, rows.Length));
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

    private readonly bool IsEligible(int vector)
    {
        int row = _column.Owner(vector);
        return _view.IsLive(row) && _filter?.Contains(row) != false;
    }

    /// <summary>
    /// Measures those of some rows that can still enter the answer; false when none can.
    /// </summary>
    private bool Offer(ReadOnlySpan<int> rows, uint firstPlace)
    {
        TopK best = _scratch.Best;
        Compare(rows);
        ReadOnlySpan<float> scales = _column.ScalesAt(rows);
        ReadOnlySpan<int> squareSums = _column.SquareSumsAt(rows);
        bool any = false;
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            float scale = scales[row];
            int squareSum = squareSums[row];
            if (best.IsFull && !_query.CanBeat(_walk.Dots[i], scale, squareSum, best.Threshold))
            {
                continue;
            }

            any = true;
            Rescored++;
            ReadOnlySpan<sbyte> codes = _column.Codes(row, 1);
            float score = _metric == Metric.Euclid
                ? -(float)Math.Sqrt(_kernels.DistanceSquared(_scratch.Query, codes, scale))
                : _query.ScoreOfDot(_kernels.Dot(_scratch.Query, codes), scale, squareSum);
            best.Add(score, firstPlace + (uint)row);
        }

        return any;
    }

    /// <summary>Compares all rows that may be in the answer.</summary>
    private void ScanEligible(uint firstPlace)
    {
        Span<int> rows = _walk.Rows;
        int count = 0;
        for (int row = 0; row < _column.Count; row++)
        {
            if (IsEligible(row))
            {
                rows[count++] = row;
            }

            if (count == rows.Length || (row == _column.Count - 1 && count > 0))
            {
                _ = Offer(rows[..count], firstPlace);
                count = 0;
            }
        }
    }
}
