using EdgeSim.Index.Search.Codes;
using EdgeSim.Index.Search.Graph;
using EdgeSim.Index.Search.Lists;

namespace EdgeSim.Index.Storage;

/// <summary>What is built for a vector when a segment is written, beside its rows.</summary>
/// <param name="Lists">How its vectors are put into lists; null: they are not.</param>
/// <param name="Codes">Which compressed codes it gets; null: none.</param>
/// <param name="Graph">How it gets a graph; null: it gets none.</param>
internal sealed record ColumnStructures(ListOptions? Lists, CodeOptions? Codes, HnswOptions? Graph)
{
    /// <summary>
    /// Vectors from which a segment gets anything if nobody says what: fewer are scanned in a millisecond on
    /// a board, and merges make few of the many small segments that there are at first.
    /// </summary>
    internal const int AutoRowsMin = 16_384;

    /// <summary>
    /// Vectors up to which a segment gets a graph if nobody says what: links of two bytes make it the fastest
    /// and the smallest there is. Larger ones get lists, whose rows are read in order and which are built in
    /// a fraction of the time.
    /// </summary>
    internal const int AutoGraphRowsMax = HnswGraph.NarrowNodesMax;

    /// <summary>Memory in which vectors are brought into their order.</summary>
    internal int BufferBytes => (Lists ?? new ListOptions()).BufferBytes;

    /// <summary>What the options of a vector ask for; the settings of a test outweigh them.</summary>
    internal static ColumnStructures Of(VectorOptions vector, CollectionSettings settings)
    {
        if (settings.Lists is not null || settings.Codes is not null || settings.Graph is not null)
        {
            return new ColumnStructures(settings.Lists, settings.Codes, settings.Graph);
        }

        var lists = new ListOptions();
        return vector.Index.Kind switch
        {
            IndexKind.Flat => new ColumnStructures(null, null, null),
            IndexKind.Ivf => new ColumnStructures(lists, null, null),
            IndexKind.IvfProduct => new ColumnStructures(lists, new CodeOptions { IsProduct = true }, null),
            IndexKind.IvfBits => new ColumnStructures(lists, new CodeOptions { IsBits = true }, null),
            IndexKind.Hnsw => new ColumnStructures(null, null, HnswOptions.Default),
            _ => new ColumnStructures(
                lists with { RowsMin = AutoGraphRowsMax + 1 },
                new CodeOptions { IsProduct = true, RowsMin = AutoGraphRowsMax + 1 },
                HnswOptions.Default with { RowsMin = AutoRowsMin, RowsMax = AutoGraphRowsMax }),
        };
    }

    /// <summary>Whether so many vectors get anything.</summary>
    internal bool IsAnyWanted(int vectors)
        => Lists?.CountFor(vectors) > 0 || vectors >= Codes?.RowsMin || Graph?.IsFor(vectors) == true;
}
