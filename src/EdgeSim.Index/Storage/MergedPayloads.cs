using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The live rows of some sources one behind the other, as they will stand in the segment that is being made.
/// Read in ascending order; going back costs a walk from the start.
/// </summary>
internal sealed class MergedPayloads(IReadOnlyList<IRowSource> sources, int rows) : IFilterRows
{
    private int _source;
    private int _ordinal = -1;
    private int _row = -1;

    /// <inheritdoc/>
    public int RowCount => rows;

    /// <inheritdoc/>
    public int LiveCount => rows;

    /// <inheritdoc/>
    public PayloadIndexes? Indexes => null;

    /// <inheritdoc/>
    public bool IsLive(int row) => true;

    /// <inheritdoc/>
    public Key Key(int row)
    {
        GoTo(row);
        return sources[_source].Key(_ordinal);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Payload(int row)
    {
        GoTo(row);
        return sources[_source].Payload(_ordinal);
    }

    /// <inheritdoc/>
    public int FindKey(Key key)
        => throw new NotSupportedException("Rows that are being merged are not asked.");

    private void GoTo(int row)
    {
        if (row < _row)
        {
            (_source, _ordinal, _row) = (0, -1, -1);
        }

        while (_row < row)
        {
            _ordinal++;
            if (_ordinal == sources[_source].RowCount)
            {
                _source++;
                _ordinal = -1;
            }
            else if (sources[_source].IsLive(_ordinal))
            {
                _row++;
            }
        }
    }
}
