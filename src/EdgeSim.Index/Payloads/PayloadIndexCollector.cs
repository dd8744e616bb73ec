using System.Runtime.InteropServices;

namespace EdgeSim.Index.Payloads;

/// <summary>Collects the values of one field over the rows, and writes them as an index.</summary>
internal sealed class PayloadIndexCollector
{
    private readonly PayloadIndexKind _kind;
    private readonly RowBitmap _nonEmpty = new();
    private readonly RowBitmap _hasZero = new();
    private readonly RowBitmap _hasOne = new();
    private readonly RowBitmap _hasNull = new();
    private readonly RowBitmap _others = new();
    private readonly RowBitmap _otherNumbers = new();
    private readonly RowBitmap _several = new();
    private readonly List<long> _counts = [];
    private readonly List<long> _values = [];
    private readonly List<int> _rows = [];
    private readonly List<GeoPoint> _places = [];
    private readonly TermCollector _terms = new();
    private readonly byte[] _word = new byte[IndexLimits.TokenBytesMax];
    private int _row;
    private int _held;
    private int _countsBefore;

    public PayloadIndexCollector(PayloadIndexKind kind, int rowCount)
    {
        _kind = kind;
        ReadOnlySpan<RowBitmap> sets =
            [_nonEmpty, _hasZero, _hasOne, _hasNull, _others, _otherNumbers, _several];
        foreach (RowBitmap set in sets)
        {
            set.Reset(rowCount);
        }
    }

    /// <summary>Takes the values of the next row.</summary>
    public void Add(int row, PayloadPath path, ReadOnlySpan<byte> payload)
    {
        _row = row;
        _held = 0;
        _countsBefore = _counts.Count;
        var visitor = new Visitor(this);
        _ = PayloadWalk.Any(payload, path.Parts, ref visitor);
        if (visitor.Seen == 0)
        {
            _hasZero.Set(row);
        }

        if (_held > 1)
        {
            _several.Set(row);
        }
    }

    /// <summary>Writes all tables; the path is the caller's.</summary>
    public PayloadIndexEntry Write(PayloadIndexWriter writer)
    {
        _counts.Sort();
        var entry = new PayloadIndexEntry
        {
            Kind = (int)_kind,
            NonEmpty = writer.Write(_nonEmpty),
            HasZero = writer.Write(_hasZero),
            HasOne = writer.Write(_hasOne),
            HasNull = writer.Write(_hasNull),
            Others = writer.Write(_others),
            OtherNumbers = writer.Write(_otherNumbers),
            Several = writer.Write(_several),
            CountEntries = _counts.Count,
            CountsOffset = writer.Write<long>(CollectionsMarshal.AsSpan(_counts)),
            ValueCount = _values.Count,
        };
        entry.TermCount = _terms.Write(writer, out entry.TermsOffset);
        WriteValues(writer, ref entry);
        return entry;
    }

    private void WriteValues(PayloadIndexWriter writer, ref PayloadIndexEntry entry)
    {
        Span<long> values = CollectionsMarshal.AsSpan(_values);
        Span<int> rows = CollectionsMarshal.AsSpan(_rows);
        if (_kind == PayloadIndexKind.Geo)
        {
            int[] order = new int[values.Length];
            for (int i = 0; i < order.Length; i++)
            {
                order[i] = i;
            }

            values.Sort(order);
            entry.ValuesOffset = writer.Write<long>(values);
            entry.RowsOffset = writer.Write<int>(Array.ConvertAll(order, i => _rows[i]));
            entry.PlacesOffset = writer.Write<GeoPoint>(Array.ConvertAll(order, i => _places[i]));
            return;
        }

        values.Sort(rows);
        for (int first = 0, end; first < values.Length; first = end)
        {
            // Sorting is not stable; within one value rows ascend, so that the same rows give the same file.
            for (end = first + 1; end < values.Length && values[end] == values[first];)
            {
                end++;
            }

            rows[first..end].Sort();
        }

        entry.ValuesOffset = writer.Write<long>(values);
        entry.RowsOffset = writer.Write<int>(rows);
    }

    private void Leaf(ReadOnlySpan<byte> value)
    {
        var cursor = new PayloadCursor(value);
        PayloadToken token = cursor.Read();
        int count = token.Kind switch
        {
            PayloadKind.Nil => 0,
            PayloadKind.Array => token.Count,
            _ => 1,
        };
        (count == 0 ? _hasZero : _nonEmpty).Set(_row);
        if (count == 1)
        {
            _hasOne.Set(_row);
        }
        else if (count > 1)
        {
            long entry = ((long)count << 32) | (uint)_row;
            if (_counts.IndexOf(entry, _countsBefore) < 0)
            {
                _counts.Add(entry);
            }
        }

        if (token.Kind == PayloadKind.Nil)
        {
            _hasNull.Set(_row);
        }
        else if (token.Kind != PayloadKind.Array)
        {
            Value(token, value);
        }
        else
        {
            for (int i = 0; i < token.Count; i++)
            {
                PayloadCursor element = cursor;
                ReadOnlySpan<byte> bytes = cursor.Take();
                if (bytes.IsEmpty)
                {
                    return;
                }

                Value(element.Read(), bytes);
            }
        }
    }

    private void Value(in PayloadToken token, ReadOnlySpan<byte> value)
    {
        if (token.Kind is PayloadKind.Nil or PayloadKind.Broken)
        {
            return;
        }

        if (TryHold(token, value))
        {
            _held++;
            return;
        }

        _others.Set(_row);
        if (token.IsNumber && _kind == PayloadIndexKind.Integer)
        {
            _otherNumbers.Set(_row);
        }
    }

    private bool TryHold(in PayloadToken token, ReadOnlySpan<byte> value)
    {
        switch (_kind)
        {
            case PayloadIndexKind.Keyword when token.Kind == PayloadKind.Text:
                _terms.Add(token.Bytes, _row);
                return true;
            case PayloadIndexKind.Bool when token.Kind == PayloadKind.Boolean:
                _terms.Add([(byte)token.Number], _row);
                return true;
            case PayloadIndexKind.Text when token.Kind == PayloadKind.Text:
                var words = new TextTokens(token.Bytes, _word);
                while (words.Next())
                {
                    _terms.Add(words.Current, _row);
                }

                return true;
            case PayloadIndexKind.Integer when token.Kind == PayloadKind.Integer && !token.IsHuge:
                return Hold(token.Number);
            case PayloadIndexKind.Float when token.IsNumber && !double.IsNaN(token.AsDouble):
                return Hold(OrderedDouble.Encode(token.AsDouble));
            case PayloadIndexKind.Datetime when TimeCondition.TryRead(token, out long ticks):
                return Hold(ticks);
            case PayloadIndexKind.Geo when GeoShape.TryRead(value, out double latitude, out double longitude):
                _places.Add(new GeoPoint(latitude, longitude));
                return Hold(GeoCells.Code(latitude, longitude));
            default:
                return false;
        }
    }

    private bool Hold(long value)
    {
        _values.Add(value);
        _rows.Add(_row);
        return true;
    }

    private struct Visitor(PayloadIndexCollector collector) : ILeafVisitor
    {
        public int Seen { get; private set; }

        public bool Visit(ReadOnlySpan<byte> value)
        {
            Seen++;
            collector.Leaf(value);
            return false;
        }
    }
}
