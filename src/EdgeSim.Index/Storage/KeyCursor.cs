namespace EdgeSim.Index.Storage;

/// <summary>
/// Walks the live rows of a source in the order of their keys, and knows which ordinal each gets in the new
/// file.
/// </summary>
internal sealed class KeyCursor
{
    private readonly IRowSource _source;
    private readonly int _firstOrdinal;
    private readonly int[] _liveBefore;
    private int _next;
    private int _ordinal;

    internal KeyCursor(IRowSource source, int firstOrdinal)
    {
        _source = source;
        _firstOrdinal = firstOrdinal;
        _liveBefore = new int[(source.RowCount + 63) / 64];
        int live = 0;
        for (int i = 0; i < source.RowCount; i++)
        {
            if (i % 64 == 0)
            {
                _liveBefore[i / 64] = live;
            }

            live += source.IsLive(i) ? 1 : 0;
        }

        MoveNext();
    }

    /// <summary>Whether there is no current row.</summary>
    internal bool IsAtEnd { get; private set; }

    /// <summary>Key of the current row.</summary>
    internal Key Key { get; private set; }

    /// <summary>Ordinal of the current row in the new file: the live rows before it there.</summary>
    internal int NewOrdinal
    {
        get
        {
            int live = _liveBefore[_ordinal / 64];
            for (int i = _ordinal & ~63; i < _ordinal; i++)
            {
                live += _source.IsLive(i) ? 1 : 0;
            }

            return _firstOrdinal + live;
        }
    }

    /// <summary>Goes to the live row with the next larger key.</summary>
    internal void MoveNext()
    {
        while (_next < _source.RowCount)
        {
            _ordinal = _source.OrdinalByKey(_next++);
            if (_source.IsLive(_ordinal))
            {
                Key = _source.Key(_ordinal);
                return;
            }
        }

        IsAtEnd = true;
    }
}
