using EdgeSim.Index.Kernels;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>
/// The definition of a right answer: every live row that is meant is compared, and the answer is exactly the
/// best of the float query against the stored codes, ties broken by place (earlier segment, then the vector
/// that stands first in it). One pass; O(rows x dimension). With several threads each takes chunks of rows
/// in ascending order and keeps its own best; merged by score and age they are the same ones, whoever took
/// which.
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
    /// Searches a snapshot with one thread. Allocates nothing once the scratch has grown to the question's
    /// size.
    /// </summary>
    internal static SearchStatistics Search(
        Snapshot snapshot,
        int column,
        VectorKernels kernels,
        ReadOnlySpan<float> query,
        SearchScratch scratch,
        Span<Match> matches)
        => Nearest(ScanRequest.Of(snapshot, column, kernels), query, scratch, matches);

    /// <summary>The nearest rows.</summary>
    internal static SearchStatistics Nearest(
        in ScanRequest request, ReadOnlySpan<float> query, SearchScratch scratch, Span<Match> matches)
        => Top(request, Scorer(request, query, scratch), scratch, matches);

    /// <summary>
    /// All rows with a score above the request's bar, or the best of them and how many more.
    /// </summary>
    internal static SearchStatistics Within(
        in ScanRequest request, ReadOnlySpan<float> query, SearchScratch scratch, Span<Match> matches)
        => Within(request, Scorer(request, query, scratch), scratch, matches);

    /// <summary>The rows with the best scores.</summary>
    internal static SearchStatistics Top<TScorer>(
        in ScanRequest request, TScorer scorer, SearchScratch scratch, Span<Match> matches)
        where TScorer : struct, IRowScorer
    {
        if (matches.IsEmpty)
        {
            return new SearchStatistics(0, 0, 0, 0, true);
        }

        ScanPlan plan = scratch.Plan;
        int wanted = request.Offset + matches.Length;
        try
        {
            plan.Open(request, scorer.Lanes, wanted, scorer is NearestScorer && request.MayProbe);
            Span<ScanWorker> team = scratch.Team<TopWorker<TScorer>>(request.Threads, plan.ChunkCount);
            for (int i = 0; i < team.Length; i++)
            {
                ((TopWorker<TScorer>)team[i]).Begin(scratch.Memory(i), scorer, wanted, request.Bar);
            }

            ScanTeam.Run(plan, team);
            TopK best = ((TopWorker<TScorer>)team[0]).Best;
            var probed = default(ProbeCounts);
            if (plan.ProbedCount > 0 && scorer is NearestScorer nearest)
            {
                Probes.Run(plan, request, nearest.Query, wanted, scratch, best, ref probed);
            }

            int count = FoundRows.Take(plan, request.Snapshot, best, request.Offset, matches);
            return FoundRows.Statistics(plan, request.Options, team[0], probed, count);
        }
        finally
        {
            plan.Close();
        }
    }

    /// <summary>All rows with a score above the bar, or the best of them and how many more.</summary>
    internal static SearchStatistics Within<TScorer>(
        in ScanRequest request, TScorer scorer, SearchScratch scratch, Span<Match> matches)
        where TScorer : struct, IRowScorer
    {
        ScanPlan plan = scratch.Plan;
        int wanted = request.Offset + matches.Length;
        try
        {
            plan.Open(request, scorer.Lanes, wanted);
            Span<ScanWorker> team = scratch.Team<RadiusWorker<TScorer>>(request.Threads, plan.ChunkCount);
            for (int i = 0; i < team.Length; i++)
            {
                ((RadiusWorker<TScorer>)team[i]).Begin(scratch.Memory(i), scorer, wanted, request.Bar);
            }

            ScanTeam.Run(plan, team);
            var found = (RadiusWorker<TScorer>)team[0];
            long leftOut = found.Found - found.Best.Count;
            int count = FoundRows.Take(plan, request.Snapshot, found.Best, request.Offset, matches);
            return FoundRows.Statistics(plan, request.Options, found, count) with
            {
                Complete = leftOut == 0,
                MatchesLeftOut = leftOut,
            };
        }
        finally
        {
            plan.Close();
        }
    }

    /// <summary>
    /// The nearest rows of several queries in one pass over the codes.
    /// </summary>
    /// <param name="request">What is scanned; the same for all.</param>
    /// <param name="queries">[counts x dimension].</param>
    /// <param name="scratch">Memory.</param>
    /// <param name="matches">[counts x k].</param>
    /// <param name="counts">[queries], receives the matches of each.</param>
    internal static SearchStatistics Batch(
        in ScanRequest request,
        ReadOnlySpan<float> queries,
        SearchScratch scratch,
        Span<Match> matches,
        Span<int> counts)
    {
        NearestScorer[] scorers = Scorers(request, queries, counts.Length, scratch);
        counts.Clear();
        if (matches.IsEmpty)
        {
            return new SearchStatistics(0, 0, 0, 0, true);
        }

        ScanPlan plan = scratch.Plan;
        int k = matches.Length / counts.Length;
        int wanted = request.Offset + k;
        try
        {
            plan.Open(request, counts.Length, wanted);
            Span<ScanWorker> team = scratch.Team<BatchWorker>(request.Threads, plan.ChunkCount);
            for (int i = 0; i < team.Length; i++)
            {
                ((BatchWorker)team[i]).Begin(
                    scratch.Memory(i), request.Kernels, scorers, scratch.Lanes, wanted, request.Bar);
            }

            ScanTeam.Run(plan, team);
            int all = 0;
            for (int i = 0; i < counts.Length; i++)
            {
                TopK best = ((BatchWorker)team[0]).Best(i);
                counts[i] = FoundRows.Take(
                    plan, request.Snapshot, best, request.Offset, matches.Slice(i * k, k));
                all += counts[i];
            }

            return FoundRows.Statistics(plan, request.Options, team[0], all);
        }
        finally
        {
            plan.Close();
        }
    }

    /// <summary>The scorer of one vector, whose codes are in the scratch until its next search.</summary>
    internal static NearestScorer Scorer(
        in ScanRequest request, ReadOnlySpan<float> query, SearchScratch scratch)
    {
        scratch.Lanes.Reserve(1, request.Options.Stride);
        return Scorer(request, query, scratch, 0);
    }

    private static NearestScorer[] Scorers(
        in ScanRequest request, ReadOnlySpan<float> queries, int count, SearchScratch scratch)
    {
        int dimension = request.Options.Dimension;
        scratch.Lanes.Reserve(count, request.Options.Stride);
        var scorers = new NearestScorer[count];
        for (int i = 0; i < count; i++)
        {
            scorers[i] = Scorer(request, queries.Slice(i * dimension, dimension), scratch, i);
        }

        return scorers;
    }

    private static NearestScorer Scorer(
        in ScanRequest request, ReadOnlySpan<float> query, SearchScratch scratch, int lane)
    {
        LaneBuffer lanes = scratch.Lanes;
        PreparedQuery prepared = PreparedQuery.Create(
            query, request.Metric, lanes.Values(lane), lanes.Codes(lane));
        return new NearestScorer(prepared, request.Metric, request.Kernels, lanes, lane);
    }
}
