using EdgeSim.Index;

namespace EdgeSim.Commands.Ann;

/// <summary>A way to search, as <c>--strategy</c> names it.</summary>
/// <param name="Name">As the command line spells it.</param>
/// <param name="Summary">What it does, one line.</param>
/// <param name="Kind">What the collection must have.</param>
/// <param name="Way">How it is searched; flat with efforts of recall: as the engine chooses.</param>
/// <param name="Efforts">The operating points of a sweep, from the fastest to the most thorough.</param>
internal sealed record AnnStrategy(
    string Name, string Summary, IndexKind Kind, SearchStrategy Way, IReadOnlyList<AnnEffort> Efforts)
{
    private static readonly double[] s_recalls = [0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 0.995];

    private static readonly int[] s_lists =
        [1, 2, 3, 4, 6, 8, 11, 16, 22, 32, 45, 64, 90, 128, 180, 256, 360, 512, 720, 1024, 1450, 2048];

    /// <summary>All that there are; one line each.</summary>
    internal static IReadOnlyList<AnnStrategy> All { get; } =
    [
        new(
            "flat",
            "every row: int8 codes, near ones again in float",
            IndexKind.Flat,
            SearchStrategy.Flat,
            [AnnEffort.Only]),
        new(
            "auto",
            "what the engine builds and chooses for a recall",
            IndexKind.Auto,
            SearchStrategy.Flat,
            [.. s_recalls.Select(AnnEffort.OfRecall)]),
        new(
            "ivf",
            "the rows of the nearest lists",
            IndexKind.Ivf,
            SearchStrategy.Ivf,
            AnnEffort.Of("lists", s_lists)),
        new(
            "ivf-pq",
            "product codes of the nearest lists, the best of them compared",
            IndexKind.IvfProduct,
            SearchStrategy.IvfProduct,
            AnnEffort.Of("lists", s_lists, 30, 60, 120, 250, 500)),
        new(
            "ivf-bits",
            "one-bit codes of the nearest lists, compared as far as their error bound asks for it",
            IndexKind.IvfBits,
            SearchStrategy.IvfBits,
            AnnEffort.Of("lists", s_lists, 0, 60, 120, 250, 500)),
        new(
            "hnsw",
            "links from row to row, of which so many are kept on the way",
            IndexKind.Hnsw,
            SearchStrategy.Hnsw,
            AnnEffort.Of(
                "ef",
                [
                    10, 12, 14, 17, 20, 24, 28, 34, 40, 48, 56, 68, 80, 96, 112, 136, 160, 192, 224, 272,
                    320, 400, 500, 640, 800, 1000, 1400, 2000,
                ])),
    ];

    /// <summary>Threads that it can use for one query.</summary>
    internal int ThreadsMax => Name == "flat" ? IndexLimits.SearchThreadsMax : 1;

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

    /// <summary>The options of one point.</summary>
    internal SearchOptions OptionsFor(SearchOptions options, AnnEffort effort)
        => effort.Name == AnnEffort.RecallName ? options with { Recall = (float)effort.Value }
            : Way == SearchStrategy.Flat ? options with { Exact = true }
            : options with { Effort = new SearchEffort(Way, (int)effort.Value, effort.Rescored) };
}
