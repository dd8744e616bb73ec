namespace EdgeSim.Index;

/// <summary>What a search did.</summary>
/// <param name="MatchCount">
/// Matches written; fewer than asked only when the collection has fewer live rows.
/// </param>
/// <param name="RowsScanned">Rows whose codes met the query's codes.</param>
/// <param name="RowsRescored">
/// Rows that were measured again with the float query, because they could still have entered the answer.
/// </param>
/// <param name="BytesRead">Bytes of codes and side numbers read from the mapped files.</param>
/// <param name="Complete">
/// The answer is the exact one over all committed rows. A flat search never stops early; one through a graph
/// says no, unless it had to compare every row all the same.
/// </param>
public readonly record struct SearchStatistics(
    int MatchCount, long RowsScanned, long RowsRescored, long BytesRead, bool Complete)
{
    /// <summary>Rows of graphs whose links were followed; 0 where no graph was used.</summary>
    public long RowsExpanded { get; init; }
}
