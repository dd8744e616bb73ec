namespace EdgeSim.Index;

/// <summary>What a search did.</summary>
/// <param name="MatchCount">
/// Matches written; fewer than asked only when fewer live rows are meant by filter, offset and least score.
/// </param>
/// <param name="RowsScanned">Rows whose codes met the query's codes.</param>
/// <param name="RowsRescored">
/// Rows that were measured again with the float query, because they could still have entered the answer. With
/// several threads this depends on who came first, and so may differ from run to run.
/// </param>
/// <param name="BytesRead">Bytes of codes and side numbers read from the mapped files.</param>
/// <param name="Complete">
/// The answer is the exact one over all committed rows, and nothing that was asked for was left out for want
/// of room. A flat search never stops early; a radius may find more than it may write; other strategies do
/// not look at every row and so say no, unless they had to, or know that no other row can be nearer.
/// </param>
public readonly record struct SearchStatistics(
    int MatchCount, long RowsScanned, long RowsRescored, long BytesRead, bool Complete)
{
    /// <summary>How the rows were found.</summary>
    public SearchStrategy Strategy { get; init; }

    /// <summary>Lists whose rows were looked at; 0 where there are none.</summary>
    public long ListsProbed { get; init; }

    /// <summary>Rows whose compressed codes were looked up.</summary>
    public long RowsEstimated { get; init; }

    /// <summary>Rows of graphs whose links were followed; 0 where no graph was used.</summary>
    public long RowsExpanded { get; init; }

    /// <summary>
    /// Segments that were scanned because what would have led to their rows is damaged: the answer is right,
    /// and took longer. A compaction or a repair makes it anew.
    /// </summary>
    public int SegmentsDegraded { get; init; }

    /// <summary>When the filter was asked.</summary>
    public FilterPlan FilterPlan { get; init; }

    /// <summary>
    /// Rows that the filter turned away: of those it was asked about first, all that it did not mean; of the
    /// others only those that would have entered the answer.
    /// </summary>
    public long RowsFiltered { get; init; }

    /// <summary>
    /// Rows within the radius that came after the last match that had room; 0 for a complete answer.
    /// </summary>
    public long MatchesLeftOut { get; init; }
}
