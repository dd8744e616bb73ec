using EdgeSim.Index.Search.Lists;

namespace EdgeSim.Index.Search.Codes;

/// <summary>The lists of a column in a file as its compressed codes see them.</summary>
internal sealed class ListedCodes(ListTable table) : CodeLists(table.Ends, table.Dimension, default)
{
    /// <inheritdoc/>
    internal override ReadOnlySpan<float> Centroid(int list) => table.Centroid(list);
}
