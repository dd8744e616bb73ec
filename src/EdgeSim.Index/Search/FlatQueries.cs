using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>Answers queries of every kind with flat scans.</summary>
internal static class FlatQueries
{
    internal static SearchStatistics Search(
        in ScanRequest request, VectorQuery query, SearchScratch scratch, Span<Match> matches)
    {
        ResolvedQuery resolved = ResolvedQuery.Of(request.Snapshot, request.Column, query);
        ScanRequest own = request with { Excluded = resolved.Excluded };
        if (resolved.Rule is { } rule)
        {
            return FlatIndex.Top(own, Scorer(own, rule, resolved, scratch), scratch, matches);
        }

        return query is NearestQuery { Diversity: { } diversity } && !matches.IsEmpty
            ? Diverse(own, resolved.Vectors[0], diversity, scratch, matches)
            : FlatIndex.Nearest(own, resolved.Vectors[0], scratch, matches);
    }

    internal static SearchStatistics Within(
        in ScanRequest request, VectorQuery query, Radius radius, SearchScratch scratch, Span<Match> matches)
    {
        ResolvedQuery resolved = ResolvedQuery.Of(request.Snapshot, request.Column, query);
        float least = radius.ScoreMin(request.Metric, resolved.Rule is null);
        ScanRequest own = request with
        {
            Excluded = resolved.Excluded,
            Bar = Math.Max(request.Bar, ScanRequest.BarOf(least)),
        };
        return resolved.Rule is { } rule
            ? FlatIndex.Within(own, Scorer(own, rule, resolved, scratch), scratch, matches)
            : FlatIndex.Within(own, resolved.Vectors[0], scratch, matches);
    }

    internal static List<MatchGroup> Groups(
        in ScanRequest request,
        VectorQuery query,
        GroupOptions options,
        SearchScratch scratch,
        out SearchStatistics statistics)
    {
        ResolvedQuery resolved = ResolvedQuery.Of(request.Snapshot, request.Column, query);
        ScanRequest own = request with { Excluded = resolved.Excluded };
        return resolved.Rule is { } rule
            ? GroupSearch.Find(own, Scorer(own, rule, resolved, scratch), options, scratch, out statistics)
            : GroupSearch.Find(
                own,
                FlatIndex.Scorer(own, resolved.Vectors[0], scratch),
                options,
                scratch,
                out statistics);
    }

    private static SearchStatistics Diverse(
        in ScanRequest request,
        ReadOnlySpan<float> query,
        Diversity diversity,
        SearchScratch scratch,
        Span<Match> matches)
    {
        var candidates = new Match[diversity.CandidatesFor(request.Offset + matches.Length)];
        SearchStatistics statistics = FlatIndex.Nearest(
            request with { Offset = 0 }, query, scratch, candidates);
        int count = DiverseChoice.Choose(
            request, diversity.Lambda, candidates.AsSpan(0, statistics.MatchCount), matches);
        return statistics with { MatchCount = count };
    }

    private static ExamplesScorer Scorer(
        in ScanRequest request, ExampleRule rule, ResolvedQuery query, SearchScratch scratch)
    {
        scratch.Lanes.Reserve(query.Vectors.Count, request.Options.Stride);
        return new ExamplesScorer(
            new ExampleLanes(
                rule, query.Vectors, query.IsNegative, request.Metric, request.Kernels, scratch.Lanes));
    }
}
