using EdgeSim.Index.Kernels;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Search;
using EdgeSim.Index.Search.Planning;

namespace EdgeSim.Index;

/// <content>
/// Queries with everything that can be asked beside them. The nearest points of one vector are found as
/// <see cref="SearchOptions.Recall"/> says; all other queries are exact.
/// </content>
public readonly ref partial struct CollectionReader
{
    /// <summary>
    /// The points nearest to a query among those that are meant, best first; equal scores: the row that
    /// stands first in the files. As many of the true ones as <see cref="SearchOptions.Recall"/> wants on
    /// average, and always as many matches as there are; the statistics say how they were found and whether
    /// the answer is the exact one. A scan is O(rows x dimension), or with a filter that is asked first
    /// O(rows meant x dimension). Allocates nothing once the scratch has grown, but what preparing a filter
    /// takes (some objects for each condition), and what <see cref="SearchOptions.Threads"/> says.
    /// </summary>
    /// <param name="query">[dimension].</param>
    /// <param name="options">What is asked beside it.</param>
    /// <param name="scratch">Memory; not shared with a search that runs at the same time.</param>
    /// <param name="matches">As many as wanted, 0 to <see cref="IndexLimits.KMax"/>.</param>
    /// <exception cref="ArgumentException">
    /// Wrong dimension, a component that is not allowed, too many matches, or an option that is not allowed.
    /// </exception>
    /// <exception cref="FilterException">The filter is too large, or a value makes no sense.</exception>
    /// <exception cref="PayloadException">A path of the filter is none.</exception>
    /// <exception cref="IndexCorruptException">A block that is needed fails its checksum.</exception>
    public SearchStatistics Search(
        ReadOnlySpan<float> query, SearchOptions options, SearchScratch scratch, Span<Match> matches)
    {
        ScanRequest request = Request(options, scratch, matches.Length, IndexLimits.KMax);
        request.Options.CheckLength(query.Length);
        return FlatIndex.Nearest(request, query, scratch, matches);
    }

    /// <summary>
    /// The points that a query of any kind finds best: by a stored point, made diverse, by examples, by
    /// context. The points that it names are left out. Cost: see the query; copies its vectors.
    /// </summary>
    /// <inheritdoc cref="Search(ReadOnlySpan{float}, SearchOptions, SearchScratch, Span{Match})"/>
    /// <exception cref="KeyNotFoundException">
    /// A point that the query names is not there, or has no such vector.
    /// </exception>
    public SearchStatistics Search(
        VectorQuery query, SearchOptions options, SearchScratch scratch, Span<Match> matches)
        => FlatQueries.Search(
            Request(options, scratch, matches.Length, IndexLimits.KMax), query, scratch, matches);

    /// <summary>
    /// All points within a radius, best first. Where there are more than fit, the best are written,
    /// <see cref="SearchStatistics.Complete"/> is false, and
    /// <see cref="SearchStatistics.MatchesLeftOut"/> says how many more there are.
    /// </summary>
    /// <param name="query">[dimension].</param>
    /// <param name="radius">The least score or the largest distance.</param>
    /// <param name="options">
    /// What is asked beside it; matches that an offset passes over are not left out.
    /// </param>
    /// <param name="scratch">Memory; not shared with a search that runs at the same time.</param>
    /// <param name="matches">Room for 0 to <see cref="IndexLimits.RadiusMatchesMax"/>.</param>
    /// <inheritdoc cref="Search(ReadOnlySpan{float}, SearchOptions, SearchScratch, Span{Match})"/>
    public SearchStatistics SearchWithin(
        ReadOnlySpan<float> query,
        Radius radius,
        SearchOptions options,
        SearchScratch scratch,
        Span<Match> matches)
    {
        ScanRequest request = Request(options, scratch, matches.Length, IndexLimits.RadiusMatchesMax);
        request.Options.CheckLength(query.Length);
        float bar = ScanRequest.BarOf(radius.ScoreMin(request.Metric, isNearest: true));
        return FlatIndex.Within(request with { Bar = Math.Max(request.Bar, bar) }, query, scratch, matches);
    }

    /// <summary>
    /// All points that have a score or a better one for a query of any kind; diversity does not apply.
    /// </summary>
    /// <inheritdoc
    /// cref="SearchWithin(ReadOnlySpan{float}, Radius, SearchOptions, SearchScratch, Span{Match})"/>
    /// <exception cref="KeyNotFoundException">
    /// A point that the query names is not there, or has no such vector.
    /// </exception>
    public SearchStatistics SearchWithin(
        VectorQuery query, Radius radius, SearchOptions options, SearchScratch scratch, Span<Match> matches)
        => FlatQueries.Within(
            Request(options, scratch, matches.Length, IndexLimits.RadiusMatchesMax),
            query,
            radius,
            scratch,
            matches);

    /// <summary>
    /// The nearest points of many queries in one pass: the codes are read once for all, and four queries
    /// share each load of a row. The matches are those of single searches. O(queries x rows x dimension);
    /// allocates some hundred bytes a query.
    /// </summary>
    /// <param name="queries">[queries x dimension].</param>
    /// <param name="options">What is asked beside them; the same for all.</param>
    /// <param name="scratch">Memory; not shared with a search that runs at the same time.</param>
    /// <param name="matches">
    /// [queries x k], those of a query together: k at most <see cref="IndexLimits.KMax"/>, and offset + k
    /// times the queries at most <see cref="IndexLimits.BatchMatchesMax"/>.
    /// </param>
    /// <param name="counts">
    /// [queries], 1 to <see cref="IndexLimits.BatchQueriesMax"/>; receives the matches of each query.
    /// </param>
    /// <returns>What the pass did; its match count is the sum.</returns>
    /// <inheritdoc cref="Search(ReadOnlySpan{float}, SearchOptions, SearchScratch, Span{Match})"/>
    public SearchStatistics SearchBatch(
        ReadOnlySpan<float> queries,
        SearchOptions options,
        SearchScratch scratch,
        Span<Match> matches,
        Span<int> counts)
    {
        if (counts.Length is < 1 or > IndexLimits.BatchQueriesMax)
        {
            throw new ArgumentException(
                $"The batch has {counts.Length} queries; allowed are 1 to {IndexLimits.BatchQueriesMax}. "
                + "Make several batches.",
                nameof(counts));
        }

        int k = matches.Length / counts.Length;
        ScanRequest request = Request(options, scratch, k, IndexLimits.KMax);
        int dimension = request.Options.Dimension;
        if (queries.Length != (long)counts.Length * dimension || matches.Length != k * counts.Length)
        {
            throw new ArgumentException(
                $"{queries.Length} components and {matches.Length} matches are not those of {counts.Length} "
                + $"queries of {dimension} components with the same number of matches each.",
                nameof(queries));
        }

        if ((long)(request.Offset + k) * counts.Length > IndexLimits.BatchMatchesMax)
        {
            throw new ArgumentException(
                $"{counts.Length} queries keep {request.Offset + k} matches each; allowed are "
                + $"{IndexLimits.BatchMatchesMax} in all. Make several batches.",
                nameof(matches));
        }

        return FlatIndex.Batch(request, queries, scratch, matches, counts);
    }

    /// <summary>
    /// The best points in groups of a payload field: the groups with the best match, best first, and of each
    /// its best matches. Two passes: O(rows x dimension), then over the rows of the groups found. Reads the
    /// payloads of rows that could be the best of a group: few where groups are many, all where there are
    /// fewer groups than asked for. A payload index on the field shortens the second pass. Allocates for each
    /// group about 200 bytes, and 40 for each match.
    /// </summary>
    /// <param name="query">A query of any kind; diversity does not apply.</param>
    /// <param name="groups">How they are grouped.</param>
    /// <param name="options">What is asked beside it; an offset is not allowed.</param>
    /// <param name="scratch">Memory; not shared with a search that runs at the same time.</param>
    /// <param name="statistics">What both passes did; the filter as in the first.</param>
    /// <inheritdoc cref="Search(VectorQuery, SearchOptions, SearchScratch, Span{Match})"/>
    /// <returns>The groups.</returns>
    public IReadOnlyList<MatchGroup> SearchGroups(
        VectorQuery query,
        GroupOptions groups,
        SearchOptions options,
        SearchScratch scratch,
        out SearchStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(groups);
        groups.Validate();
        ScanRequest request = Request(options, scratch, 0, IndexLimits.KMax);
        return request.Offset == 0
            ? FlatQueries.Groups(request, query, groups, scratch, out statistics)
            : throw new ArgumentException(
                $"Offset is {request.Offset}; groups have no pages, allowed is 0. Ask for more groups.",
                nameof(options));
    }

    /// <summary>
    /// How a search would be made in each segment, what it would find and take, and why. Searches nothing;
    /// O(segments).
    /// </summary>
    /// <param name="query">The search and the machine.</param>
    /// <exception cref="ArgumentException">A number is out of range, or no vector has that name.</exception>
    /// <exception cref="IndexCorruptException">What was measured of a segment is damaged.</exception>
    public IReadOnlyList<SegmentPlan> Plan(PlanQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return SearchPlanner.Plan(_snapshot, query);
    }

    private ScanRequest Request(SearchOptions options, SearchScratch scratch, int matches, int matchesMax)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(scratch);
        return matches <= matchesMax
            ? ScanRequest.Of(_snapshot, options, VectorKernels.Best)
            : throw new ArgumentException(
                $"{matches} matches are asked for; allowed are {matchesMax}.", nameof(matches));
    }
}
