using EdgeSim.Index.Kernels;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>
/// The definition of a right answer: every live row is compared, and the answer is exactly the k best of the
/// float query against the stored codes, ties broken by age (earlier segment, then lower ordinal). One pass;
/// O(rows x dimension).
/// </summary>
internal static class FlatIndex
{
    /// <summary>
    /// Bytes of codes per step: they stay in the first two cache levels while the survivors are measured
    /// again.
    /// </summary>
    internal const int StepBytes = 64 << 10;

    /// <summary>Most rows of a step, so that the scores of short rows stay small too.</summary>
    internal const int StepRowsMax = 1024;

    /// <summary>
    /// Searches a snapshot. Allocates nothing once the scratch has grown to the question's size.
    /// </summary>
    /// <remarks>
    /// With an effort above 0, segments that have a graph are searched through it: faster, and no longer
    /// exact.
    /// </remarks>
    internal static SearchStatistics Search(
        Snapshot snapshot,
        int column,
        VectorKernels kernels,
        ReadOnlySpan<float> query,
        SearchScratch scratch,
        Span<Match> matches,
        int effort = 0)
    {
        VectorOptions options = snapshot.Options.Vectors[column];
        scratch.Prepare(options.Stride, matches.Length);
        PreparedQuery prepared = PreparedQuery.Create(query, options.Metric, scratch.Query, scratch.Codes);
        if (matches.IsEmpty)
        {
            return new SearchStatistics(0, 0, 0, 0, true);
        }

        var scan = new Scan(options, kernels, prepared, scratch);
        uint firstPlace = 0;
        for (int i = 0; i < snapshot.SourceCount; i++)
        {
            firstPlace += i >= snapshot.Views.Length
                ? (uint)scan.Run(snapshot.Fresh[i - snapshot.Views.Length], column, firstPlace)
                : effort > 0 && snapshot.Views[i].Segment.Column(column).Graph is not null
                    ? (uint)scan.Walk(snapshot.Views[i], column, firstPlace, effort, matches.Length)
                    : (uint)scan.Run(snapshot.Views[i], column, firstPlace);
        }

        int count = Collect(snapshot, column, scratch.Best, matches);
        int sideBytes = options.Metric == Metric.Cosine ? sizeof(int) : sizeof(int) + sizeof(float);
        return new SearchStatistics(
            count, scan.Compared, scan.Rescored, scan.Compared * (options.Stride + sideBytes), scan.IsExact)
        {
            RowsExpanded = scan.Expanded,
        };
    }

    /// <summary>Vectors that a snapshot's source has in a column.</summary>
    private static int CountOf(Snapshot snapshot, int source, int column)
        => source < snapshot.Views.Length
            ? snapshot.Views[source].Segment.Column(column).Count
            : snapshot.Fresh[source - snapshot.Views.Length].CountOf(column);

    private static int OwnerOf(Snapshot snapshot, int source, int column, int vector)
        => source < snapshot.Views.Length
            ? snapshot.Views[source].Segment.Column(column).Owner(vector)
            : snapshot.Fresh[source - snapshot.Views.Length].Rows.Column(column).Owner(vector);

    /// <summary>Empties the heap into the matches, best first, and looks their keys up.</summary>
    private static int Collect(Snapshot snapshot, int column, TopK best, Span<Match> matches)
    {
        int count = best.Count;
        for (int i = count - 1; i >= 0; i--)
        {
            (float score, uint place) = best.RemoveWorst();
            long vector = place;
            int source = 0;
            for (int rows; vector >= (rows = CountOf(snapshot, source, column)); source++)
            {
                vector -= rows;
            }

            int ordinal = OwnerOf(snapshot, source, column, (int)vector);
            matches[i] = new Match(
                snapshot.Source(source).Key(ordinal), score, snapshot.NumberOf(source), ordinal);
        }

        return count;
    }

    /// <summary>One question on its way through the sources.</summary>
    private ref struct Scan(
        VectorOptions options, VectorKernels kernels, PreparedQuery query, SearchScratch scratch)
    {
        private readonly Metric _metric = options.Metric;
        private readonly int _stride = options.Stride;
        private readonly PreparedQuery _query = query;

        /// <summary>Rows measured with the float query.</summary>
        internal long Rescored { get; private set; }

        /// <summary>Rows whose codes met the query's codes.</summary>
        internal long Compared { get; private set; }

        /// <summary>Rows of graphs whose links were followed.</summary>
        internal long Expanded { get; private set; }

        /// <summary>Whether every live row was compared.</summary>
        internal bool IsExact { get; private set; } = true;

        /// <summary>Searches the graph of a segment; returns how many vectors it has.</summary>
        internal int Walk(SegmentView view, int column, uint firstPlace, int effort, int k)
        {
            HnswIndex search = HnswIndex.Search(
                view, column, null, kernels, _metric, _query, effort, k, firstPlace, scratch);
            Compared += search.Compared;
            Expanded += search.Expanded;
            Rescored += search.Rescored;
            IsExact &= search.IsExact;
            return view.Segment.Column(column).Count;
        }

        /// <summary>Scans a segment; returns how many vectors that were.</summary>
        internal int Run(SegmentView view, int column, uint firstPlace)
        {
            SegmentColumn from = view.Segment.Column(column);
            Compared += from.Count;
            int step = Math.Clamp(StepBytes / _stride, 1, StepRowsMax);
            for (int first = 0; first < from.Count; first += step)
            {
                int rows = Math.Min(step, from.Count - first);
                Block block = Measure(
                    from.Codes(first, rows),
                    from.SquareSums(first, rows),
                    _metric == Metric.Cosine ? default : from.Scales(first, rows));
                for (int row = 0; row < rows; row++)
                {
                    if (CanEnter(block, row) && view.IsLive(from.Owner(first + row)))
                    {
                        Add(block, row, firstPlace + (uint)(first + row));
                    }
                }
            }

            return from.Count;
        }

        /// <summary>The same for rows in memory, chunk by chunk.</summary>
        internal int Run(FreshView view, int column, uint firstPlace)
        {
            FreshColumn from = view.Rows.Column(column);
            int count = view.CountOf(column);
            Compared += count;
            for (int first = 0; first < count; first += FreshColumn.ChunkRows)
            {
                int rows = Math.Min(FreshColumn.ChunkRows, count - first);
                Block block = Measure(
                    from.Codes(first, rows),
                    from.SquareSums(first, rows),
                    _metric == Metric.Cosine ? default : from.Scales(first, rows));
                for (int row = 0; row < rows; row++)
                {
                    if (CanEnter(block, row) && view.IsLive(from.Owner(first + row)))
                    {
                        Add(block, row, firstPlace + (uint)(first + row));
                    }
                }
            }

            return count;
        }

        private readonly Block Measure(
            ReadOnlySpan<sbyte> codes, ReadOnlySpan<int> squareSums, ReadOnlySpan<float> scales)
        {
            Span<int> dots = scratch.Dots[..squareSums.Length];
            kernels.Dot(scratch.Codes, codes, dots);
            return new Block(codes, squareSums, scales, dots);
        }

        private readonly bool CanEnter(in Block block, int row)
            => !scratch.Best.IsFull
                || _query.CanBeat(
                    block.Dots[row], block.ScaleOf(row), block.SquareSums[row], scratch.Best.Threshold);

        private void Add(in Block block, int row, uint place)
        {
            ReadOnlySpan<sbyte> code = block.Codes.Slice(row * _stride, _stride);
            float score = _metric == Metric.Euclid
                ? -(float)Math.Sqrt(kernels.DistanceSquared(scratch.Query, code, block.ScaleOf(row)))
                : _query.ScoreOfDot(
                    kernels.Dot(scratch.Query, code), block.ScaleOf(row), block.SquareSums[row]);
            scratch.Best.Add(score, place);
            Rescored++;
        }
    }

    /// <summary>Rows of one step, and the dot products of their codes with the query's.</summary>
    private readonly ref struct Block(
        ReadOnlySpan<sbyte> codes,
        ReadOnlySpan<int> squareSums,
        ReadOnlySpan<float> scales,
        ReadOnlySpan<int> dots)
    {
        internal readonly ReadOnlySpan<sbyte> Codes = codes;
        internal readonly ReadOnlySpan<int> SquareSums = squareSums;
        internal readonly ReadOnlySpan<int> Dots = dots;
        private readonly ReadOnlySpan<float> _scales = scales;

        /// <summary>Where lengths do not count, scales are not read.</summary>
        internal float ScaleOf(int row) => _scales.IsEmpty ? 1f : _scales[row];
    }
}
