namespace EdgeSim.Index.Payloads;

/// <summary>
/// One index over one field of a segment's payloads. Whatever its bytes are, a call returns or throws
/// <see cref="IndexCorruptException"/>. Any number of threads may read.
/// </summary>
internal sealed class PayloadIndex
{
    private readonly PayloadIndexReader _reader;
    private readonly PayloadIndexEntry _entry;

    public PayloadIndex(PayloadIndexReader reader, in PayloadIndexEntry entry)
    {
        _reader = reader;
        _entry = entry;
        Kind = (PayloadIndexKind)entry.Kind;
        reader.Require(entry.NonEmpty);
        reader.Require(entry.HasZero);
        reader.Require(entry.HasOne);
        reader.Require(entry.HasNull);
        reader.Require(entry.Others);
        reader.Require(entry.OtherNumbers);
        reader.Require(entry.Several);
        reader.Require<long>(entry.CountsOffset, entry.CountEntries);
        reader.Require<PayloadIndexTerm>(entry.TermsOffset, entry.TermCount);
        reader.Require<long>(entry.ValuesOffset, entry.ValueCount);
        reader.Require<int>(entry.RowsOffset, entry.ValueCount);
        if (Kind == PayloadIndexKind.Geo)
        {
            reader.Require<GeoPoint>(entry.PlacesOffset, entry.ValueCount);
        }
    }

    public PayloadIndexKind Kind { get; }

    /// <inheritdoc cref="PayloadIndexEntry.NonEmpty"/>
    public RowSet NonEmpty => _entry.NonEmpty;

    /// <inheritdoc cref="PayloadIndexEntry.HasZero"/>
    public RowSet HasZero => _entry.HasZero;

    /// <inheritdoc cref="PayloadIndexEntry.HasOne"/>
    public RowSet HasOne => _entry.HasOne;

    /// <inheritdoc cref="PayloadIndexEntry.HasNull"/>
    public RowSet HasNull => _entry.HasNull;

    /// <inheritdoc cref="PayloadIndexEntry.Others"/>
    public RowSet Others => _entry.Others;

    /// <inheritdoc cref="PayloadIndexEntry.OtherNumbers"/>
    public RowSet OtherNumbers => _entry.OtherNumbers;

    /// <inheritdoc cref="PayloadIndexEntry.Several"/>
    public RowSet Several => _entry.Several;

    /// <summary>Texts, words or booleans.</summary>
    public int TermCount => _entry.TermCount;

    /// <summary>Values with their rows; a row is there once for each of its values.</summary>
    public int EntryCount => _entry.ValueCount;

    /// <summary>Adds the rows of a set.</summary>
    public void Or(RowSet set, RowBitmap into) => _reader.Or(set, into);

    /// <summary>Rows behind so many entries, at least.</summary>
    public int RowsAtLeast(int entries) => Several.Count == 0 ? entries : Math.Min(entries, 1);

    /// <summary>The rows of a text, word or boolean; none when it is not there. O(log terms).</summary>
    public RowSet FindTerm(ReadOnlySpan<byte> term)
    {
        int low = 0;
        int high = TermCount - 1;
        while (low <= high)
        {
            int middle = low + ((high - low) / 2);
            int order = term.SequenceCompareTo(TermBytes(middle));
            if (order == 0)
            {
                return TermRows(middle);
            }

            (low, high) = order < 0 ? (low, middle - 1) : (middle + 1, high);
        }

        return default;
    }

    /// <summary>The n-th text, word or boolean in byte order.</summary>
    public ReadOnlySpan<byte> TermBytes(int term)
    {
        PayloadIndexTerm entry = _reader.Read<PayloadIndexTerm>(_entry.TermsOffset, term);
        return _reader.Bytes(entry.BytesOffset, entry.Bytes, IndexLimits.PayloadBytesMax);
    }

    /// <summary>Its rows.</summary>
    public RowSet TermRows(int term)
    {
        RowSet rows = _reader.Read<PayloadIndexTerm>(_entry.TermsOffset, term).Rows;
        _reader.Require(rows);
        return rows;
    }

    /// <summary>The entries whose values lie within bounds, end exclusive. O(log entries).</summary>
    public (int First, int End) Entries(WholeBounds bounds)
    {
        int first = Search(_entry.ValuesOffset, EntryCount, bounds.Low, isAfter: false);
        return (first, Math.Max(first, Search(_entry.ValuesOffset, EntryCount, bounds.High, isAfter: true)));
    }

    /// <summary>The entries whose numbers lie within bounds, end exclusive. O(log entries).</summary>
    public (int First, int End) Entries(NumberBounds bounds)
    {
        int first = Search(bounds.Low, bounds.IsLowOpen);
        return (first, Math.Max(first, Search(bounds.High, !bounds.IsHighOpen)));
    }

    /// <summary>Adds the rows of entries.</summary>
    public void OrEntries(int first, int end, RowBitmap into)
        => _reader.OrRows(_entry.RowsOffset, first, end, into);

    /// <summary>The row of an entry.</summary>
    public int EntryRow(int entry)
        => _reader.Row(_entry.RowsOffset, _reader.Read<int>(_entry.RowsOffset, entry));

    /// <summary>The place of an entry of a geo index.</summary>
    public (double Latitude, double Longitude) Point(int entry)
    {
        GeoPoint point = _reader.Read<GeoPoint>(_entry.PlacesOffset, entry);
        return (point.Latitude, point.Longitude);
    }

    /// <summary>The entries of counts of two and more that lie within bounds, end exclusive.</summary>
    public (int First, int End) Counts(WholeBounds bounds)
    {
        // An entry is its count in the upper half and its row in the lower one: sorted by count, then row.
        long low = Math.Clamp(bounds.Low, 0, int.MaxValue) << 32;
        long high = (Math.Clamp(bounds.High, -1, int.MaxValue) << 32) | uint.MaxValue;
        int first = Search(_entry.CountsOffset, _entry.CountEntries, low, isAfter: false);
        int end = Search(_entry.CountsOffset, _entry.CountEntries, high, isAfter: true);
        return (first, Math.Max(first, end));
    }

    /// <summary>Adds the rows of counts.</summary>
    public void OrCounts(int first, int end, RowBitmap into)
    {
        for (int i = first; i < end; i++)
        {
            long entry = _reader.Read<long>(_entry.CountsOffset, i);
            into.Set(_reader.Row(_entry.CountsOffset, (int)(uint)entry));
        }
    }

    /// <summary>The first item that is at, or after, the bound.</summary>
    private int Search(long table, int count, long bound, bool isAfter)
    {
        int low = 0;
        int high = count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            long value = _reader.Read<long>(table, middle);
            bool isBefore = value < bound || (isAfter && value == bound);
            (low, high) = isBefore ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The first entry whose number is at, or after, the bound.</summary>
    private int Search(double bound, bool isAfter)
    {
        int low = 0;
        int high = EntryCount;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            long stored = _reader.Read<long>(_entry.ValuesOffset, middle);
            double value = Kind == PayloadIndexKind.Float ? OrderedDouble.Decode(stored) : stored;
            bool isBefore = value < bound || (isAfter && value == bound);
            (low, high) = isBefore ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
