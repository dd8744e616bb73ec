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
    {
        int sideBytes = options.Metric == Metric.Cosine ? sizeof(int) : sizeof(int) + sizeof(float);
        return new SearchStatistics(
            matchCount,
            worker.RowsVisited,
            worker.RowsRescored,
            worker.RowsVisited * (options.Stride + sideBytes),
            true)
        {
            Strategy = SearchStrategy.Flat,
            FilterPlan = plan.FilterPlan,
            RowsFiltered = plan.RowsFiltered + worker.RowsFiltered,
        };
    }
}
