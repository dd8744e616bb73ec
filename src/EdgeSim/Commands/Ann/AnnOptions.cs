using EdgeSim.Index;

namespace EdgeSim.Commands.Ann;

/// <summary>What <c>bench ann</c> was asked for.</summary>
/// <param name="BasePath">Vectors that are stored.</param>
/// <param name="QueryPath">Vectors that are asked for.</param>
/// <param name="TruthPath">The nearest rows of each query.</param>
/// <param name="Metric">What near means.</param>
/// <param name="Strategy">How to search.</param>
/// <param name="Recall">The recall that is asked for; null: every point of the strategy.</param>
/// <param name="K">Neighbours of each query.</param>
/// <param name="Queries">Queries that are asked, the first of the file; null: all.</param>
/// <param name="Threads">Threads that a query may use.</param>
/// <param name="RamBytes">Memory of the process; null: nobody said.</param>
/// <param name="CollectionPath">
/// A collection to make and keep, or to use again; null: one that is removed.
/// </param>
/// <param name="DataFolder">Where a collection is made that is removed.</param>
internal sealed record AnnOptions(
    string BasePath,
    string QueryPath,
    string TruthPath,
    Metric Metric,
    AnnStrategy Strategy,
    double? Recall,
    int K,
    int? Queries,
    int Threads,
    long? RamBytes,
    string? CollectionPath,
    string DataFolder)
{
    /// <summary>
    /// The base's file name, or its folder's where the file is just called base: what the lines call the set.
    /// </summary>
    internal string DatasetName
    {
        get
        {
            string name = Path.GetFileNameWithoutExtension(BasePath);
            string? folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(BasePath)));
            return name == "base" && !string.IsNullOrEmpty(folder) ? folder : name;
        }
    }
}
