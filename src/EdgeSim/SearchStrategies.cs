using EdgeSim.Index;

namespace EdgeSim;

/// <summary>Strategies as people and programs spell them.</summary>
internal static class SearchStrategies
{
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
