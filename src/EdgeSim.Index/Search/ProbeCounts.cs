namespace EdgeSim.Index.Search;

/// <summary>What the probes of one search did.</summary>
internal struct ProbeCounts
{
    /// <summary>Segments searched, by strategy; the bit of each.</summary>
    internal int Strategies;

    /// <summary>Rows whose codes met the query's codes.</summary>
    internal long Compared;

    /// <summary>Rows whose compressed codes were looked up.</summary>
    internal long Estimated;

    /// <summary>Rows measured with the float query.</summary>
    internal long Rescored;

    /// <summary>Rows that were near enough, and turned away by the filter then.</summary>
    internal long Filtered;

    /// <summary>Rows whose links were followed.</summary>
    internal long Expanded;

    /// <summary>Lists whose rows were looked at.</summary>
    internal long Lists;

    /// <summary>Bytes read that are not codes and side numbers of rows compared.</summary>
    internal long Bytes;

    /// <summary>Pages that were touched for one row each.</summary>
    internal long Pages;

    /// <summary>Segments whose structures were damaged, and that were scanned.</summary>
    internal int Degraded;

    /// <summary>Segments of whose rows some were not compared although they could be nearer.</summary>
    internal int Incomplete;
}
