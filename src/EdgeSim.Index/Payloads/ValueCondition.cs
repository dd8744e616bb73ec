using System.Text;

namespace EdgeSim.Index.Payloads;

/// <summary>A value is, or is not, one of these.</summary>
internal sealed class ValueCondition : FieldCondition
{
    private static readonly byte[][] Flags = [[0], [1]];
    private readonly bool _isExcept;
    private readonly byte[][] _texts;
    private readonly long[] _numbers;
    private readonly byte[][] _flags;

    public ValueCondition(string path, IReadOnlyList<PayloadValue> values, bool isExcept)
        : base(path)
    {
        _isExcept = isExcept;
        _texts =
        [
            .. values.Where(v => v.Text is not null)
                .Select(v => v.Text!)
                .Distinct(StringComparer.Ordinal)
                .Select(Encoding.UTF8.GetBytes),
        ];
        Array.Sort(_texts, BytesComparer.Instance);
        _numbers =
        [
            .. values.Where(v => v.Number is not null).Select(v => v.Number!.Value).Distinct().Order(),
        ];
        _flags =
        [
            .. values.Where(v => v.Flag is not null).Select(v => v.Flag!.Value).Distinct().Order()
                .Select(flag => Flags[flag ? 1 : 0]),
        ];
    }

    private int Kinds
        => (_texts.Length > 0 ? 1 : 0) + (_numbers.Length > 0 ? 1 : 0) + (_flags.Length > 0 ? 1 : 0);

    public override bool UsesIndex(IFilterRows rows)
    {
        // An exception needs one index that knows every value listed; the rest of its rows are looked at.
        bool isKnown = (_texts.Length == 0 || Find(rows, PayloadIndexKind.Keyword) is not null)
            && (_numbers.Length == 0 || Find(rows, PayloadIndexKind.Integer) is not null)
            && (_flags.Length == 0 || Find(rows, PayloadIndexKind.Bool) is not null);
        return isKnown && (!_isExcept || Kinds == 1);
    }

    public override void Lookup(
        IFilterRows rows, FilterEvaluator evaluator, RowBitmap hits, RowBitmap doubts)
    {
        if (_texts.Length > 0)
        {
            LookupTerms(Find(rows, PayloadIndexKind.Keyword)!, _texts, hits, doubts);
        }

        if (_flags.Length > 0)
        {
            LookupTerms(Find(rows, PayloadIndexKind.Bool)!, _flags, hits, doubts);
        }

        if (_numbers.Length == 0)
        {
            return;
        }

        PayloadIndex index = Find(rows, PayloadIndexKind.Integer)!;
        int done = 0;
        foreach (long number in _numbers)
        {
            (int first, int end) = index.Entries(new WholeBounds(number, number));
            index.OrEntries(_isExcept ? done : first, _isExcept ? first : end, hits);
            done = end;
        }

        if (_isExcept)
        {
            index.OrEntries(done, index.EntryCount, hits);
            index.Or(index.Others, doubts);
        }
    }

    public override Cardinality Estimate(IFilterRows rows)
    {
        if (!UsesIndex(rows))
        {
            return base.Estimate(rows);
        }

        long most = 0;
        long least = 0;
        foreach (byte[] text in _texts)
        {
            Add(Find(rows, PayloadIndexKind.Keyword)!.FindTerm(text).Count, ref least, ref most);
        }

        foreach (byte[] flag in _flags)
        {
            Add(Find(rows, PayloadIndexKind.Bool)!.FindTerm(flag).Count, ref least, ref most);
        }

        foreach (long number in _numbers)
        {
            // An array may hold a number twice.
            PayloadIndex integers = Find(rows, PayloadIndexKind.Integer)!;
            (int first, int end) = integers.Entries(new WholeBounds(number, number));
            least = Math.Max(least, integers.RowsAtLeast(end - first));
            most += end - first;
        }

        if (!_isExcept)
        {
            return OfAllRows(rows, least, most, most);
        }

        PayloadIndex index = Find(
            rows,
            _texts.Length > 0 ? PayloadIndexKind.Keyword
                : _numbers.Length > 0 ? PayloadIndexKind.Integer
                : PayloadIndexKind.Bool)!;
        long entries = index.NonEmpty.Count;
        return OfAllRows(rows, 0, entries - most, entries);
    }

    protected override bool Value(in PayloadToken token, ReadOnlySpan<byte> value) => token.Kind switch
    {
        PayloadKind.Text => Find(_texts, token.Bytes) != _isExcept,
        PayloadKind.Integer when !token.IsHuge
            => Array.BinarySearch(_numbers, token.Number) >= 0 != _isExcept,
        PayloadKind.Boolean => Find(_flags, Flags[token.Number]) != _isExcept,
        PayloadKind.Nil or PayloadKind.Broken => false,
        _ => _isExcept,
    };

    private static void Add(int count, ref long least, ref long most)
    {
        // A row counts once for a value, and perhaps again for another.
        least = Math.Max(least, count);
        most += count;
    }

    private static bool Find(byte[][] sorted, ReadOnlySpan<byte> wanted)
    {
        int low = 0;
        int high = sorted.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = wanted.SequenceCompareTo(sorted[middle]);
            if (order == 0)
            {
                return true;
            }

            (low, high) = order < 0 ? (low, middle - 1) : (middle + 1, high);
        }

        return false;
    }

    private PayloadIndex? Find(IFilterRows rows, PayloadIndexKind kind) => rows.Indexes?.Find(Path, kind);

    private void LookupTerms(PayloadIndex index, byte[][] terms, RowBitmap hits, RowBitmap doubts)
    {
        if (!_isExcept)
        {
            foreach (byte[] term in terms)
            {
                index.Or(index.FindTerm(term), hits);
            }

            return;
        }

        for (int i = 0; i < index.TermCount; i++)
        {
            if (!Find(terms, index.TermBytes(i)))
            {
                index.Or(index.TermRows(i), hits);
            }
        }

        index.Or(index.Others, doubts);
    }
}
