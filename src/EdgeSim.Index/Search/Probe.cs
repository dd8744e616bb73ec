using EdgeSim.Index.Kernels;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>
/// A search of one segment that need not look at every row: what a strategy is given. It finds vectors that
/// may be near, in whatever way, and offers them; which of those count and what they score is decided here,
/// for all strategies alike, by the law of <see cref="FlatIndex"/>.
/// </summary>
internal readonly ref struct Probe
{
    /// <summary>Vectors that are compared together.</summary>
    internal const int StepRows = 64;

    /// <summary>Vectors that are asked for together where all are compared.</summary>
    private const int RangeRows = 2048;

    private readonly LaneBuffer _lanes;
    private readonly PreparedQuery _query;
    private readonly ref ProbeCounts _counts;

    /// <param name="source">The segment, opened.</param>
    /// <param name="request">What is searched.</param>
    /// <param name="query">The query; its codes are in lane 0.</param>
    /// <param name="lanes">Its floats and codes.</param>
    /// <param name="best">Where matches go.</param>
    /// <param name="wanted">Matches that are kept: offset + k.</param>
    /// <param name="effort">How hard to try.</param>
    /// <param name="scratch">Memory.</param>
    /// <param name="counts">What was done.</param>
    internal Probe(
        ScanSource source,
        in ScanRequest request,
        in PreparedQuery query,
        LaneBuffer lanes,
        TopK best,
        int wanted,
        SearchEffort effort,
        ProbeScratch scratch,
        ref ProbeCounts counts)
    {
        Source = source;
        Column = source.Segment!;
        Kernels = request.Kernels;
        Metric = request.Metric;
        Bar = request.Bar;
        Excluded = request.Excluded;
        LeavesOut = request.LeavesOut;
        _query = query;
        _lanes = lanes;
        Best = best;
        Wanted = wanted;
        Effort = effort;
        Scratch = scratch;
        _counts = ref counts;
    }

    internal ScanSource Source { get; }

    internal SegmentColumn Column { get; }

    internal VectorKernels Kernels { get; }

    internal Metric Metric { get; }

    /// <summary>Matches have a score above this.</summary>
    internal float Bar { get; }

    /// <summary>Places that are no match, ascending.</summary>
    internal uint[] Excluded { get; }

    /// <summary>Whether those are not even walked through.</summary>
    internal bool LeavesOut { get; }

    /// <summary>The query's numbers.</summary>
    internal PreparedQuery Query => _query;

    /// <summary>[stride] the query, padded with zeros.</summary>
    internal ReadOnlySpan<float> Values => _lanes.Values(0);

    /// <summary>[stride] its codes.</summary>
    internal ReadOnlySpan<sbyte> Codes => _lanes.Codes(0);

    internal TopK Best { get; }

    /// <summary>Matches that are kept.</summary>
    internal int Wanted { get; }

    internal SearchEffort Effort { get; }

    internal ProbeScratch Scratch { get; }

    internal ref ProbeCounts Counts => ref _counts;

    /// <summary>A row must score above this to enter the answer.</summary>
    internal float Threshold => Best.IsFull ? Math.Max(Bar, Best.Threshold) : Bar;

    /// <summary>Vectors that can be in the answer, at most.</summary>
    internal int EligibleMax
    {
        get
        {
            int live = Math.Min(Column.Count, Source.Rows.LiveCount);
            return Source.Chosen is { } chosen ? Math.Min(live, chosen.Count()) : live;
        }
    }

    /// <summary>Whether every vector can be in the answer.</summary>
    internal bool IsEveryVectorWanted
        => Source.Chosen is null && Source.Filter is null && Excluded.Length == 0
            && Source.Rows.LiveCount == Source.Rows.RowCount;

    /// <summary>
    /// Whether a vector can be in the answer: its row lives, is not excluded, and fulfils the filter. Reads
    /// the payload where the filter was not evaluated before.
    /// </summary>
    internal bool IsWanted(int vector)
    {
        int row = Source.Owner(vector);
        return Source.IsWanted(row)
            && (Excluded.Length == 0 || Array.BinarySearch(Excluded, Source.FirstPlace + (uint)vector) < 0)
            && Source.Matches(row);
    }

    /// <summary>
    /// Compares some vectors and takes those among them that belong in the answer; false when the codes of
    /// none come near enough.
    /// </summary>
    /// <param name="vectors">0 or more, in any order, none twice in one probe.</param>
    internal bool Offer(ReadOnlySpan<int> vectors)
    {
        bool any = false;
        Column.Expect(vectors);
        for (; vectors.Length > StepRows; vectors = vectors[StepRows..])
        {
            any |= OfferStep(vectors[..StepRows]);
        }

        return OfferStep(vectors) | any;
    }

    /// <summary>Compares vectors that lie together, as <see cref="Offer"/> does.</summary>
    internal bool OfferRange(int first, int count)
    {
        bool any = false;
        Column.Expect(first, count);
        int begin = first;
        int all = count;
        for (; count > 0; first += StepRows, count -= StepRows)
        {
            int rows = Math.Min(count, StepRows);
            Span<int> dots = Scratch.Dots.AsSpan(0, rows);
            Counts.Compared += rows;
            Kernels.Dot(Codes, Column.Codes(first, rows), dots);
            ReadOnlySpan<float> scales = Metric == Metric.Cosine ? default : Column.Scales(first, rows);
            ReadOnlySpan<int> squareSums = Column.SquareSums(first, rows);
            for (int i = _query.NextAbove(dots, scales, squareSums, 0, Least);
                i < rows;
                i = _query.NextAbove(dots, scales, squareSums, i + 1, Least))
            {
                any = true;
                Measure(first + i, scales.IsEmpty ? 1f : scales[i], squareSums[i]);
            }
        }

        Column.Forget(begin, all);
        return any;
    }

    /// <summary>
    /// Compares all vectors that can be in the answer, one by one: what remains where a strategy leads
    /// nowhere.
    /// </summary>
    internal void OfferAll()
    {
        for (int first = 0; first < Column.Count; first += RangeRows)
        {
            OfferRange(first, Math.Min(RangeRows, Column.Count - first));
        }
    }

    /// <summary>
    /// What a row that is compared must reach. Rows come in no order, and of two that score alike the older
    /// one is kept: one that only equals the worst must be measured too.
    /// </summary>
    private float Least => Best.IsFull ? Math.Max(Bar, MathF.BitDecrement(Best.Threshold)) : Bar;

    private bool OfferStep(ReadOnlySpan<int> vectors)
    {
        Span<int> dots = Scratch.Dots.AsSpan(0, vectors.Length);
        Counts.Compared += vectors.Length;
        Counts.Pages += vectors.Length;
        if ((long)Column.Count * Column.Stride <= int.MaxValue)
        {
            Kernels.Dot(Codes, Column.CodesAt(vectors), vectors, dots);
        }
        else
        {
            for (int i = 0; i < vectors.Length; i++)
            {
                Kernels.Dot(Codes, Column.Codes(vectors[i], 1), dots.Slice(i, 1));
            }
        }

        ReadOnlySpan<float> scales = Metric == Metric.Cosine ? default : Column.ScalesAt(vectors);
        ReadOnlySpan<int> squareSums = Column.SquareSumsAt(vectors);
        bool any = false;
        for (int i = 0; i < vectors.Length; i++)
        {
            int vector = vectors[i];
            float scale = scales.IsEmpty ? 1f : scales[vector];
            float least = Least;
            if (least == float.NegativeInfinity || _query.CanBeat(dots[i], scale, squareSums[vector], least))
            {
                any = true;
                Measure(vector, scale, squareSums[vector]);
            }
        }

        return any;
    }

    private void Measure(int vector, float scale, int squareSum)
    {
        Counts.Rescored++;
        ReadOnlySpan<sbyte> codes = Column.Codes(vector, 1);
        float score = Metric == Metric.Euclid
            ? -(float)Math.Sqrt(Kernels.DistanceSquared(Values, codes, scale))
            : _query.ScoreOfDot(Kernels.Dot(Values, codes), scale, squareSum);
        if (!(score > Least))
        {
            return;
        }

        if (IsWanted(vector))
        {
            Best.Add(score, Source.FirstPlace + (uint)vector);
        }
        else
        {
            Counts.Filtered++;
        }
    }
}
