namespace EdgeSim.Index.Transfer;

/// <summary>How rows are loaded in bulk.</summary>
public readonly record struct BulkLoadOptions()
{
    /// <summary>
    /// Rows that are going to come, where it is known: one file is laid out for all of them. A wrong number
    /// costs a second writing of the last file, or one more file, nothing else.
    /// </summary>
    public long? RowsExpected { get; init; }

    /// <summary>
    /// Rows of one segment file at most. A row costs 12 bytes of memory while its file is being written, one
    /// with a UUID 21; more files cost time when searching and merging.
    /// </summary>
    public int SegmentRows { get; init; } = IndexLimits.LoadedSegmentRowsDefault;

    /// <summary>
    /// Told of how many rows of a file how many have been linked to their neighbours, where the collection
    /// has graphs; from the thread that appends or commits.
    /// </summary>
    public Action<long, long>? Linking { get; init; }

    /// <summary>Ends the building of what leads searches to rows; the load is lost then.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Asked when a file is begun, where rows are not counted: about how many are left.</summary>
    internal Func<long?>? RowsLeft { get; init; }

    internal void Validate()
    {
        if (SegmentRows is < 1 or > IndexLimits.SegmentRowsMax)
        {
            throw new ArgumentException(
                $"SegmentRows is {SegmentRows}; allowed are 1 to {IndexLimits.SegmentRowsMax}.",
                nameof(SegmentRows));
        }

        if (RowsExpected is < 0)
        {
            throw new ArgumentException(
                $"RowsExpected is {RowsExpected}; allowed are 0 and more, or null.", nameof(RowsExpected));
        }
    }
}
