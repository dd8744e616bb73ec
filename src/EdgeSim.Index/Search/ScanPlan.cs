using EdgeSim.Index.Payloads;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>
/// The sources of one scan, what the filter does in each, and which chunk comes next. Threads take chunks in
/// ascending order, so each sees its rows by age.
/// </summary>
internal sealed class ScanPlan
{
    // Nanoseconds, of one desktop core; only their ratios matter, and those hardly differ on ARM.
    private const double CodeBytesPerNs = 20;
    private const double RowNs = 2;
    private const double BitNs = 1;

    /// <summary>Rows here and there come from memory one by one, and not as a stream.</summary>
    private const double PickedFactor = 4;
    private const double PayloadNs = 250;
    private const double WordNs = 4;

    private readonly List<ScanSource> _sources = [];
    private readonly FilterEvaluator _evaluator = new();
    private Snapshot? _snapshot;
    private int _next;

    /// <summary>Sources in use.</summary>
    internal int SourceCount { get; private set; }

    internal int ChunkCount { get; private set; }

    /// <summary>Sources that are probed and not scanned.</summary>
    internal int ProbedCount { get; private set; }

    internal FilterPlan FilterPlan { get; private set; }

    /// <summary>Rows that the filter turned away before the scan.</summary>
    internal long RowsFiltered { get; private set; }

    internal uint[] Excluded { get; private set; } = [];

    /// <summary>Whether lengths count, so that scales are read.</summary>
    internal bool NeedsScales { get; private set; }

    internal ScanSource Source(int index) => _sources[index];

    /// <summary>
    /// Lists the sources and evaluates the filter where that is worth it. O(sources), and what the filter
    /// costs; allocates where there are more sources, or larger bitmaps, than before.
    /// </summary>
    /// <param name="request">What is scanned.</param>
    /// <param name="lanes">Vectors that each row is compared with.</param>
    /// <param name="wanted">Matches that are kept.</param>
    /// <param name="mayProbe">Whether segments may be probed where the request allows it.</param>
    internal void Open(in ScanRequest request, int lanes, int wanted, bool mayProbe = false)
    {
        Snapshot snapshot = request.Snapshot;
        _snapshot = snapshot;
        SourceCount = snapshot.SourceCount;
        ChunkCount = ProbedCount = 0;
        FilterPlan = FilterPlan.None;
        RowsFiltered = 0;
        Excluded = request.Excluded;
        NeedsScales = request.Metric != Metric.Cosine;
        _next = 0;
        uint place = 0;
        for (int i = 0; i < SourceCount; i++)
        {
            if (i == _sources.Count)
            {
                _sources.Add(new ScanSource());
            }

            ScanSource source = _sources[i];
            source.Open(snapshot, i, request.Column, place, ChunkCount);
            place += (uint)source.Count;
            if (mayProbe && source.Segment is { } segment)
            {
                source.Effort = ProbePlan.EffortFor(request, segment, wanted);
            }

            if (request.Filter is { } filter && source.Count > 0)
            {
                double rowNs = lanes * (RowNs + (request.Options.Stride / CodeBytesPerNs));
                Plan(source, filter, RowsOf(snapshot, i), rowNs, wanted);
            }

            ChunkCount += source.ChunkCount;
            ProbedCount += source.IsProbed ? 1 : 0;
        }
    }

    /// <summary>Notes what was read, so that no more than its share stays in memory.</summary>
    internal void Touched(long bytes) => _snapshot?.Residency.Touched(_snapshot, bytes);

    /// <summary>Lets the rows go.</summary>
    internal void Close()
    {
        _snapshot = null;
        foreach (ScanSource source in _sources)
        {
            source.Close();
        }

        SourceCount = 0;
        Excluded = [];
    }

    /// <summary>The next chunk, or one beyond the last. From any thread.</summary>
    internal int NextChunk() => Interlocked.Increment(ref _next) - 1;

    /// <summary>Leaves the chunks that nobody has taken. From any thread.</summary>
    internal void Stop() => Interlocked.Exchange(ref _next, ChunkCount);

    /// <summary>The source and the vector of a place.</summary>
    internal (int Source, int Vector) Find(uint place)
    {
        int source = 0;
        while (place - _sources[source].FirstPlace >= (uint)_sources[source].Count)
        {
            source++;
        }

        return (source, (int)(place - _sources[source].FirstPlace));
    }

    /// <summary>
    /// Whether to evaluate a filter before the scan. Before: each word of the bitmaps, each row that no index
    /// decides, and then the codes of the rows chosen. After: all codes, and one payload for each row that
    /// could enter an answer: where a share s of n rows is meant, k / s of them and k / s more each time the
    /// rows seen grow e-fold.
    /// </summary>
    internal static bool IsFirst(Cardinality meant, int rows, double rowNs, int wanted)
    {
        double expected = Math.Max(meant.Expected, 1);
        double first = FirstNs(meant, rows, rowNs);
        double asked = wanted / (expected / Math.Max(rows, 1))
            * (1 + Math.Log(Math.Max(1, expected / Math.Max(wanted, 1))));
        double last = (rows * rowNs) + (Math.Min(asked, rows) * PayloadNs);
        return first <= last;
    }

    /// <summary>What a scan costs whose filter is evaluated before it.</summary>
    private static double FirstNs(Cardinality meant, int rows, double rowNs)
    {
        double expected = Math.Max(meant.Expected, 1);
        return (rows / 64.0 * WordNs) + ((meant.Max - meant.Min) * PayloadNs)
            + (expected * BitNs) + Math.Min(expected * rowNs * PickedFactor, rows * rowNs);
    }

    private static SourceRows RowsOf(Snapshot snapshot, int index) => new(
        snapshot.Source(index), index < snapshot.Views.Length ? snapshot.Views[index].Segment : null);

    private void Plan(ScanSource source, PreparedFilter filter, SourceRows rows, double rowNs, int wanted)
    {
        Cardinality meant = FilterEvaluator.Estimate(filter, rows);
        bool isFirst;
        FilterPlan plan;
        if (source.IsProbed && ProbePlan.Widen(source, meant, FirstNs(meant, source.Count, rowNs)))
        {
            plan = FilterPlan.During;
            isFirst = meant.Max == meant.Min; // Payload indexes know the answer without reading payloads.
        }
        else
        {
            source.Effort = SearchEffort.Flat;
            isFirst = IsFirst(meant, source.Count, rowNs, wanted);
            plan = isFirst ? FilterPlan.First : FilterPlan.Last;
        }

        FilterPlan = FilterPlan == FilterPlan.None || FilterPlan == plan ? plan : FilterPlan.Mixed;
        if (isFirst)
        {
            RowBitmap chosen = source.Bitmap();
            _evaluator.Evaluate(filter, rows, chosen);
            source.Choose(chosen);
            RowsFiltered += rows.LiveCount - chosen.Count();
        }
        else
        {
            source.AskLater(filter);
        }
    }
}
