using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>Walks the live rows of a snapshot in key order: a merge of the sources' own orders.</summary>
internal sealed class KeyWalk
{
    private readonly Snapshot _snapshot;
    private readonly int[] _next;
    private readonly Key[] _keys;
    private readonly RowBitmap?[] _chosen;

    /// <param name="snapshot">The rows.</param>
    /// <param name="from">The smallest key; null: the first there is.</param>
    /// <param name="filter">Which rows; null: all.</param>
    internal KeyWalk(Snapshot snapshot, Key? from, Filter? filter)
    {
        _snapshot = snapshot;
        _next = new int[snapshot.SourceCount];
        _keys = new Key[snapshot.SourceCount];
        _chosen = new RowBitmap?[snapshot.SourceCount];
        FilteredRows? filtered = filter is null ? null : new FilteredRows(snapshot, filter);
        for (int i = 0; i < _next.Length; i++)
        {
            _chosen[i] = filtered?.Of(i);
            _next[i] = from is { } key ? LowerBound(snapshot.Source(i), key) : 0;
            Advance(i);
        }
    }

    /// <summary>The row that the last <see cref="MoveNext"/> went to.</summary>
    internal Match Current { get; private set; }

    /// <summary>Goes to the next row; false behind the last one.</summary>
    internal bool MoveNext()
    {
        int first = -1;
        for (int i = 0; i < _next.Length; i++)
        {
            if (_next[i] < _snapshot.Source(i).RowCount && (first < 0 || _keys[i] < _keys[first]))
            {
                first = i;
            }
        }

        if (first < 0)
        {
            return false;
        }

        int ordinal = _snapshot.Source(first).OrdinalByKey(_next[first]++);
        Current = new Match(_keys[first], 0f, _snapshot.NumberOf(first), ordinal);
        Advance(first);
        return true;
    }

    /// <summary>Passes over rows that are dead or not chosen.</summary>
    private void Advance(int source)
    {
        IRowSource rows = _snapshot.Source(source);
        for (; _next[source] < rows.RowCount; _next[source]++)
        {
            int ordinal = rows.OrdinalByKey(_next[source]);
            if (rows.IsLive(ordinal) && _chosen[source]?.Contains(ordinal) != false)
            {
                _keys[source] = rows.Key(ordinal);
                return;
            }
        }
    }

    private static int LowerBound(IRowSource rows, Key key)
    {
        int low = 0;
        int high = rows.RowCount;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (rows.Key(rows.OrdinalByKey(middle)) < key)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
