using EdgeSim.Index;

namespace EdgeSim.Commands.Ann;

/// <summary>A way to search, as <c>--strategy</c> names it.</summary>
/// <param name="Name">As the command line spells it.</param>
/// <param name="Summary">What it does, one line.</param>
/// <param name="Kind">What the collection must have.</param>
/// <param name="ThreadsMax">Threads that it can use for one query.</param>
/// <param name="Efforts">The operating points of a sweep, from the fastest to the most thorough.</param>
/// <param name="Search">One query.</param>
internal sealed record AnnStrategy(
    string Name,
    string Summary,
    IndexKind Kind,
    int ThreadsMax,
    IReadOnlyList<AnnEffort> Efforts,
    AnnQuery Search)
{
    /// <summary>All that there are; one line each.</summary>
    internal static IReadOnlyList<AnnStrategy> All { get; } =
    [
        new(
            "flat",
            "every row: int8 codes, near ones again in float",
            IndexKind.Flat,
            IndexLimits.SearchThreadsMax,
            [AnnEffort.Only],
            Flat),
        new(
            "hnsw",
            "links from row to row, of which so many are kept on the way",
            IndexKind.Hnsw,
            1,
            AnnEffort.Of(
                "ef", 10, 12, 14, 17, 20, 24, 28, 34, 40, 48, 56, 68, 80, 96, 112, 136, 160, 192, 224, 272,
                320, 400, 500, 640, 800, 1000, 1400, 2000),
            Hnsw),
    ];

    /// <exception cref="UserException">There is no such strategy.</exception>
    internal static AnnStrategy Find(string name)
        => All.FirstOrDefault(strategy => strategy.Name == name)
            ?? throw new UserException(
                ExitCode.Usage,
                $"There is no strategy '{name}'. There are:\n"
                + string.Join('\n', All.Select(one => $"  {one.Name,-8} {one.Summary}")));

    /// <summary>The points to measure: one that reaches a recall, or all.</summary>
    internal IReadOnlyList<AnnEffort> PointsFor(double? recall)
        => recall is { } wanted && Efforts.Count > 1 ? [AnnEffort.OfRecall(wanted)] : Efforts;

    private static SearchStatistics Flat(
        in CollectionReader reader,
        ReadOnlySpan<float> query,
        SearchOptions options,
        AnnEffort effort,
        SearchScratch scratch,
        Span<Match> matches)
        => reader.Search(query, options with { Exact = true }, scratch, matches);

    private static SearchStatistics Hnsw(
        in CollectionReader reader,
        ReadOnlySpan<float> query,
        SearchOptions options,
        AnnEffort effort,
        SearchScratch scratch,
        Span<Match> matches)
        => reader.Search(
            query,
            effort.Name == "ef"
                ? options with { Effort = new SearchEffort(SearchStrategy.Hnsw, (int)effort.Value) }
                : options with { Recall = (float)effort.Value },
            scratch,
            matches);
}
