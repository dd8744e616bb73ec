using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>Rows of a snapshot's source as a filter sees them.</summary>
/// <param name="source">The rows.</param>
/// <param name="segment">The segment that they are in; null for rows in memory.</param>
internal sealed class SourceRows(IRowSource source, Segment? segment) : IFilterRows
{
    /// <inheritdoc/>
    public int RowCount => source.RowCount;

    /// <inheritdoc/>
    public int LiveCount => source.LiveCount;

    /// <inheritdoc/>
    public PayloadIndexes? Indexes => segment?.Indexes;

    /// <inheritdoc/>
    public bool IsLive(int row) => source.IsLive(row);

    /// <inheritdoc/>
    public Key Key(int row) => source.Key(row);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Payload(int row) => source.Payload(row);

    /// <inheritdoc/>
    public int FindKey(Key key)
    {
        int row = segment?.Find(key) ?? ((FreshView)source).Find(key);
        return row >= 0 && IsLive(row) ? row : -1;
    }
}
