using EdgeSim.Index.Kernels;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Planning;

/// <summary>
/// Measures what each strategy of a column finds, by asking for the neighbours of some of its own rows as if
/// they were not stored: a row that is left out is distributed like a query that was never seen. A few scans
/// for the truth, then one search for each point of the curves; all cores; allocates their scratch.
/// </summary>
internal sealed class Calibration
{
    /// <summary>
    /// Rows that are asked for. With 4,000 true neighbours that are found or not, a recall of 0.95 is known
    /// to about 0.005.
    /// </summary>
    internal const int QueriesMax = 400;

    /// <summary>Fewer rows are scanned in no time, and measured on themselves badly.</summary>
    internal const int RowsMin = 2048;

    /// <summary>Queries of one pass: they share each load of a row.</summary>
    private const int BatchQueries = 128;

    private const double RecallEnough = 0.9985;

    private readonly Snapshot _snapshot;
    private readonly int _column;
    private readonly SegmentColumn _data;
    private readonly int[] _queries;
    private readonly Key[][] _truth;
    private readonly CancellationToken _stop;
    private readonly List<CurvePoint> _points = [];

    private Calibration(Snapshot snapshot, int column, uint seed, CancellationToken stop)
    {
        _snapshot = snapshot;
        _column = column;
        _stop = stop;
        _data = snapshot.Views[0].Segment.Column(column);
        _queries = Choose(_data.Count, seed);
        _truth = new Key[_queries.Length][];
    }

    /// <summary>The curves of a column, none where it has no structure or too few rows.</summary>
    /// <param name="snapshot">The segment alone, without dead rows.</param>
    /// <param name="column">Which vectors.</param>
    /// <param name="seed">Chooses the rows.</param>
    /// <param name="stop">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    internal static (IReadOnlyList<CurvePoint> Points, int Queries) Run(
        Snapshot snapshot, int column, uint seed, CancellationToken stop)
    {
        SegmentColumn data = snapshot.Views[0].Segment.Column(column);
        if (data.Count < RowsMin || !ProbePlan.HasAny(data))
        {
            return ([], 0);
        }

        var calibration = new Calibration(snapshot, column, seed, stop);
        calibration.FindTruth();
        foreach (SearchStrategy strategy in ProbePlan.Strategies)
        {
            if (ProbePlan.Has(data, strategy))
            {
                calibration.Measure(strategy);
            }
        }

        return (calibration._points, calibration._queries.Length);
    }

    private static int[] Choose(int count, uint seed)
    {
        var random = new SplitMix64(seed);
        var chosen = new HashSet<int>();
        int wanted = Math.Min(QueriesMax, count / 4);
        while (chosen.Count < wanted)
        {
            chosen.Add(random.Below(count));
        }

        return [.. chosen.Order()];
    }

    /// <summary>The exact answers: a pass over the rows for many queries at once.</summary>
    private void FindTruth()
    {
        int dimension = _snapshot.Options.Vectors[_column].Dimension;
        int k = EffortCurves.Ks[^1] + 1; // Each finds itself.
        ScanRequest request = ScanRequest.Of(_snapshot, _column, VectorKernels.Best) with
        {
            Threads = Math.Min(Environment.ProcessorCount, IndexLimits.SearchThreadsMax),
        };
        var scratch = new SearchScratch();
        float[] queries = new float[BatchQueries * dimension];
        var matches = new Match[BatchQueries * k];
        int[] counts = new int[BatchQueries];
        for (int first = 0; first < _queries.Length; first += BatchQueries)
        {
            _stop.ThrowIfCancellationRequested();
            int count = Math.Min(BatchQueries, _queries.Length - first);
            for (int i = 0; i < count; i++)
            {
                Decode(_queries[first + i], queries.AsSpan(i * dimension, dimension));
            }

            FlatIndex.Batch(
                request,
                queries.AsSpan(0, count * dimension),
                scratch,
                matches.AsSpan(0, count * k),
                counts.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                int own = _data.Owner(_queries[first + i]);
                _truth[first + i] =
                [
                    .. matches.AsSpan(i * k, counts[i]).ToArray()
                        .Where(match => match.Ordinal != own)
                        .Take(k - 1)
                        .Select(match => match.Key),
                ];
            }
        }
    }

    private void Measure(SearchStrategy strategy)
    {
        ColumnCosts costs = ProbePlan.CostsOf(_data, SearchCosts.Default, 0);
        double flatNs = costs.FlatNs(_data.Count);
        foreach (int k in EffortCurves.Ks)
        {
            foreach (int rescored in ProbePlan.RescoredFor(strategy, k))
            {
                double before = -1;
                foreach (int breadth in ProbePlan.BreadthsFor(_data, strategy, k))
                {
                    CurvePoint point = Measure(new SearchEffort(strategy, breadth, rescored), k);
                    _points.Add(point);
                    if (point.Recall >= RecallEnough
                        || costs.Ns(point) > flatNs
                        || point.Recall < before + 1e-4)
                    {
                        break;
                    }

                    before = point.Recall;
                }
            }
        }
    }

    private CurvePoint Measure(SearchEffort effort, int k)
    {
        var gate = new Lock();
        long hits = 0, all = 0, compared = 0, estimated = 0, lists = 0, expanded = 0, measured = 0;
        ForEachQuery((query, scratch, matches) =>
        {
            SearchStatistics done = Ask(query, effort, scratch, matches.AsSpan(0, k));
            Span<Key> truth = _truth[query].AsSpan(0, Math.Min(k, _truth[query].Length));
            int found = 0;
            for (int i = 0; i < done.MatchCount; i++)
            {
                found += truth.Contains(matches[i].Key) ? 1 : 0;
            }

            lock (gate)
            {
                hits += found;
                all += truth.Length;
                compared += done.RowsScanned;
                estimated += done.RowsEstimated;
                lists += done.ListsProbed;
                expanded += done.RowsExpanded;
                measured += done.RowsRescored;
            }
        });
        float count = _queries.Length;
        return new CurvePoint
        {
            Strategy = (uint)effort.Strategy,
            K = (uint)k,
            Breadth = (uint)effort.Breadth,
            Rescored = (uint)effort.Rescored,
            Recall = (float)((double)hits / Math.Max(all, 1)),
            Compared = compared / count,
            Estimated = estimated / count,
            Lists = lists / count,
            Expanded = expanded / count,
            Measured = measured / count,
        };
    }

    private void ForEachQuery(Action<int, SearchScratch, Match[]> ask)
    {
        var options = new ParallelOptions
        {
            CancellationToken = _stop,
            MaxDegreeOfParallelism = Environment.ProcessorCount,
        };
        try
        {
            Parallel.For(
                0,
                _queries.Length,
                options,
                () => (Scratch: new SearchScratch(), Matches: new Match[EffortCurves.Ks[^1]]),
                (query, _, own) =>
                {
                    ask(query, own.Scratch, own.Matches);
                    return own;
                },
                static _ => { });
        }
        catch (AggregateException several)
        {
            throw several.InnerExceptions[0];
        }
        finally
        {
            _snapshot.Views[0].Segment.DropPages(); // They stay in the system's cache, not in this process.
        }
    }

    private SearchStatistics Ask(int query, SearchEffort effort, SearchScratch scratch, Span<Match> matches)
    {
        int vector = _queries[query];
        Span<float> values = stackalloc float[_snapshot.Options.Vectors[_column].Dimension];
        Decode(vector, values);
        ScanRequest request = ScanRequest.Of(_snapshot, _column, VectorKernels.Best) with
        {
            Effort = effort,
            Excluded = [(uint)vector],
            LeavesOut = true,
        };
        return FlatIndex.Nearest(request, values, scratch, matches);
    }

    private void Decode(int vector, Span<float> values)
    {
        float scale = _data.Side(vector).Scale;
        ReadOnlySpan<sbyte> codes = _data.Codes(vector, 1);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = codes[i] * scale;
        }
    }
}
