using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Search;

/// <summary>
/// Groups of matches, exactly: one pass finds which groups have the best matches, a second one, over the rows
/// of these groups only, the best matches of each.
/// </summary>
internal static class GroupSearch
{
    internal static List<MatchGroup> Find<TScorer>(
        in ScanRequest request,
        TScorer scorer,
        GroupOptions options,
        SearchScratch scratch,
        out SearchStatistics statistics)
        where TScorer : struct, IRowScorer
    {
        PayloadPath path = PayloadPath.Parse(options.Path);
        List<MatchGroup> firsts = Firsts(
            request, scorer, path, options, scratch, out byte[][] values, out statistics);
        if (options.GroupSize == 1 || firsts.Count == 0)
        {
            statistics = statistics with { MatchCount = firsts.Count };
            return firsts;
        }

        List<MatchGroup> groups = Members(
            request, scorer, path, options, scratch, values, out SearchStatistics second);
        statistics = second with
        {
            RowsScanned = statistics.RowsScanned + second.RowsScanned,
            RowsRescored = statistics.RowsRescored + second.RowsRescored,
            RowsFiltered = statistics.RowsFiltered,
            BytesRead = statistics.BytesRead + second.BytesRead,
            FilterPlan = statistics.FilterPlan,
        };
        return groups;
    }

    /// <summary>The best groups, each with its best match.</summary>
    private static List<MatchGroup> Firsts<TScorer>(
        in ScanRequest request,
        TScorer scorer,
        PayloadPath path,
        GroupOptions options,
        SearchScratch scratch,
        out byte[][] values,
        out SearchStatistics statistics)
        where TScorer : struct, IRowScorer
    {
        ScanPlan plan = scratch.Plan;
        try
        {
            plan.Open(request, scorer.Lanes, options.Groups);
            Span<ScanWorker> team = scratch.Team<GroupWorker<TScorer>>(request.Threads, plan.ChunkCount);
            for (int i = 0; i < team.Length; i++)
            {
                ((GroupWorker<TScorer>)team[i]).Begin(
                    scratch.Memory(i), scorer, path, options.Groups, request.Bar);
            }

            ScanTeam.Run(plan, team);
            List<(byte[] Value, ulong Best)> found = ((GroupWorker<TScorer>)team[0]).Groups.Sorted();
            values = new byte[found.Count][];
            var groups = new List<MatchGroup>(found.Count);
            for (int i = 0; i < values.Length; i++)
            {
                (values[i], ulong best) = found[i];
                Match match = FoundRows.MatchAt(plan, request.Snapshot, TopK.Score(best), ~(uint)best);
                groups.Add(new MatchGroup(GroupValues.ValueOf(values[i]), [match]));
            }

            statistics = FoundRows.Statistics(plan, request.Options, team[0], groups.Count);
            return groups;
        }
        finally
        {
            plan.Close();
        }
    }

    /// <summary>The best matches of each group.</summary>
    private static List<MatchGroup> Members<TScorer>(
        in ScanRequest request,
        TScorer scorer,
        PayloadPath path,
        GroupOptions options,
        SearchScratch scratch,
        byte[][] values,
        out SearchStatistics statistics)
        where TScorer : struct, IRowScorer
    {
        var numbers = new Dictionary<byte[], int>(BytesComparer.Instance);
        for (int i = 0; i < values.Length; i++)
        {
            numbers.Add(values[i], i);
        }

        PayloadValue[] any = Array.ConvertAll(values, value => GroupValues.ValueOf(value));
        ScanRequest narrowed = request with
        {
            Filter = PreparedFilter.Prepare(request.Filter, new MatchAny(options.Path, any)),
        };
        ScanPlan plan = scratch.Plan;
        try
        {
            plan.Open(narrowed, scorer.Lanes, values.Length * options.GroupSize);
            Span<ScanWorker> team = scratch.Team<MembersWorker<TScorer>>(request.Threads, plan.ChunkCount);
            for (int i = 0; i < team.Length; i++)
            {
                ((MembersWorker<TScorer>)team[i]).Begin(
                    scratch.Memory(i), scorer, path, numbers, options.GroupSize, request.Bar);
            }

            ScanTeam.Run(plan, team);
            var found = (MembersWorker<TScorer>)team[0];
            var groups = new List<MatchGroup>(values.Length);
            int count = 0;
            for (int i = 0; i < values.Length; i++)
            {
                var matches = new Match[found.Best(i).Count];
                count += FoundRows.Take(plan, request.Snapshot, found.Best(i), 0, matches);
                groups.Add(new MatchGroup(any[i], matches));
            }

            statistics = FoundRows.Statistics(plan, request.Options, found, count);
            return groups;
        }
        finally
        {
            plan.Close();
        }
    }
}
