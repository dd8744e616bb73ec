using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>What a scan found, as the caller gets it.</summary>
internal static class FoundRows
{
    /// <summary>
    /// Empties a heap into the matches, best first, without the first ones, and looks their keys up.
    /// </summary>
    internal static int Take(ScanPlan plan, Snapshot snapshot, TopK best, int offset, Span<Match> matches)
    {
        int count = Math.Clamp(best.Count - offset, 0, matches.Length);
        for (int i = best.Count - 1 - offset; i >= 0; i--)
        {
            (float score, uint place) = best.RemoveWorst();
            matches[i] = MatchAt(plan, snapshot, score, place);
        }

        return count;
    }

    /// <summary>The match at a place.</summary>
    internal static Match MatchAt(ScanPlan plan, Snapshot snapshot, float score, uint place)
    {
        (int index, int vector) = plan.Find(place);
        ScanSource source = plan.Source(index);
        int ordinal = source.Owner(vector);
        return new Match(source.Rows.Key(ordinal), score, snapshot.NumberOf(index), ordinal);
    }

    /// <summary>What a scan did.</summary>
    internal static SearchStatistics Statistics(
        ScanPlan plan, VectorOptions options, ScanWorker worker, int matchCount)
        => Statistics(plan, options, worker, default, matchCount);

    /// <summary>What a scan and the probes beside it did.</summary>
    internal static SearchStatistics Statistics(
        ScanPlan plan, VectorOptions options, ScanWorker worker, in ProbeCounts probed, int matchCount)
    {
        int sideBytes = options.Metric == Metric.Cosine ? sizeof(int) : sizeof(int) + sizeof(float);
        long compared = worker.RowsVisited + probed.Compared;
        long bytes = (compared * (options.Stride + sideBytes)) + probed.Bytes;
        plan.Touched(bytes + (probed.Pages * Environment.SystemPageSize));
        return new SearchStatistics(
            matchCount,
            compared,
            worker.RowsRescored + probed.Rescored,
            bytes,
            probed.Incomplete == 0)
        {
            Strategy = StrategyOf(plan, probed),
            FilterPlan = plan.FilterPlan,
            RowsFiltered = plan.RowsFiltered + worker.RowsFiltered + probed.Filtered,
            ListsProbed = probed.Lists,
            RowsEstimated = probed.Estimated,
            RowsExpanded = probed.Expanded,
            SegmentsDegraded = probed.Degraded,
        };
    }

    /// <summary>The one strategy of all segments; rows in memory are scanned whatever it is.</summary>
    private static SearchStrategy StrategyOf(ScanPlan plan, in ProbeCounts probed)
    {
        int strategies = probed.Strategies;
        for (int i = 0; i < plan.SourceCount; i++)
        {
            ScanSource source = plan.Source(i);
            strategies |= source.Segment is not null && !source.IsProbed && source.Count > 0 ? 1 : 0;
        }

        return int.PopCount(strategies) switch
        {
            0 => SearchStrategy.Flat,
            1 => (SearchStrategy)int.Log2(strategies),
            _ => SearchStrategy.Mixed,
        };
    }
}
