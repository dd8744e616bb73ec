using EdgeSim.Index;

namespace EdgeSim;

/// <summary>Strategies as people and programs spell them.</summary>
internal static class SearchStrategies
{
    /// <summary>What can be built, in the order of <see cref="IndexKind"/>.</summary>
    internal static string[] KindNames { get; } = ["auto", "flat", "ivf", "ivf-pq", "ivf-bits", "hnsw"];

    /// <summary>The kind of one of those names.</summary>
    internal static IndexKind KindOf(string name) => (IndexKind)Array.IndexOf(KindNames, name);

    internal static string NameOf(SearchStrategy strategy) => strategy switch
    {
        SearchStrategy.Flat => "flat",
        SearchStrategy.Ivf => "ivf",
        SearchStrategy.IvfProduct => "ivf-pq",
        SearchStrategy.IvfBits => "ivf-bits",
        SearchStrategy.Hnsw => "hnsw",
        SearchStrategy.Mixed => "mixed",
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "Unknown strategy."),
    };
}
