namespace EdgeSim.Index.Search.Graph;

/// <summary>How a graph is built.</summary>
internal sealed record HnswOptions
{
    /// <summary>What columns get whose options ask for a graph.</summary>
    internal static HnswOptions Default { get; } = new();

    /// <summary>
    /// Links of a row in the upper layers; twice as many in the base layer. 16 is what the measurements of
    /// Malkov and Yashunin (2018) recommend for most data.
    /// </summary>
    internal int Links { get; init; } = 16;

    /// <summary>Rows that are kept while the neighbours of a new one are looked for.</summary>
    internal int Effort { get; init; } = 96;

    /// <summary>Threads that insert rows; with one the graph follows from rows and seed alone.</summary>
    internal int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Seed of the levels and of the order of insertion.</summary>
    internal ulong Seed { get; init; } = 1;

    /// <summary>
    /// Vectors of a column from which it gets a graph: fewer are scanned as fast as a graph is walked.
    /// </summary>
    internal int RowsMin { get; init; } = 8192;

    /// <summary>Vectors of a column up to which it gets one.</summary>
    internal int RowsMax { get; init; } = IndexLimits.SegmentRowsMax;

    /// <summary>Whether so many vectors get a graph.</summary>
    internal bool IsFor(long vectors) => vectors >= RowsMin && vectors <= RowsMax;

    /// <summary>Base links of a row.</summary>
    internal int BaseLinks => 2 * Links;

    internal void Validate()
    {
        if (Links is < 2 or > HnswGraph.LinksMax || Effort < Links || Threads < 1 || RowsMin < 1)
        {
            throw new ArgumentException(
                $"Links {Links} (2 to {HnswGraph.LinksMax}), effort {Effort} (at least the links), threads "
                + $"{Threads} and rows {RowsMin} (at least 1) are no way to build a graph.");
        }
    }
}
