using System.Text;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// A text with all of these words. The index knows the words of a row; where a row has several texts, they
/// may stand in different ones, so it is looked at.
/// </summary>
internal sealed class TextCondition : FieldCondition
{
    private readonly byte[][] _words;

    public TextCondition(string path, string text)
        : base(path)
    {
        var words = new HashSet<byte[]>(BytesComparer.Instance);
        var tokens = new TextTokens(Encoding.UTF8.GetBytes(text), new byte[IndexLimits.TokenBytesMax]);
        while (tokens.Next())
        {
            words.Add(tokens.Current.ToArray());
        }

        if (words.Count > IndexLimits.QueryTokensMax)
        {
            throw new FilterException(
                $"A text condition on '{path}' has {words.Count} different words; "
                + $"at most {IndexLimits.QueryTokensMax} are allowed.");
        }

        _words = [.. words];
    }

    public override bool UsesIndex(IFilterRows rows) => Find(rows) is not null || _words.Length == 0;

    public override void Lookup(
        IFilterRows rows, FilterEvaluator evaluator, RowBitmap hits, RowBitmap doubts)
    {
        if (_words.Length == 0)
        {
            return;
        }

        PayloadIndex index = Find(rows)!;
        index.Or(index.FindTerm(_words[0]), hits);
        RowBitmap scratch = evaluator.Rent(rows.RowCount);
        for (int i = 1; i < _words.Length; i++)
        {
            scratch.Reset(rows.RowCount);
            index.Or(index.FindTerm(_words[i]), scratch);
            hits.And(scratch);
        }

        if (_words.Length > 1)
        {
            index.Or(index.Several, doubts);
            doubts.And(hits);
            hits.AndNot(doubts);
        }

        evaluator.Return(scratch);
    }

    public override Cardinality Estimate(IFilterRows rows)
    {
        if (_words.Length == 0)
        {
            return default;
        }

        if (Find(rows) is not { } index)
        {
            return base.Estimate(rows);
        }

        long most = rows.RowCount;
        long least = rows.RowCount;
        double expected = rows.RowCount;
        foreach (byte[] word in _words)
        {
            long count = index.FindTerm(word).Count;
            most = Math.Min(most, count);
            least -= rows.RowCount - count;
            expected *= (double)count / rows.RowCount;
        }

        least -= _words.Length > 1 ? index.Several.Count : 0;
        return OfAllRows(rows, least, (long)expected, most);
    }

    protected override bool Value(in PayloadToken token, ReadOnlySpan<byte> value)
    {
        if (token.Kind != PayloadKind.Text || _words.Length == 0)
        {
            return false;
        }

        ulong missing = ulong.MaxValue >> (64 - _words.Length);
        var tokens = new TextTokens(token.Bytes, stackalloc byte[IndexLimits.TokenBytesMax]);
        while (missing != 0 && tokens.Next())
        {
            for (int i = 0; i < _words.Length; i++)
            {
                if (tokens.Current.SequenceEqual(_words[i]))
                {
                    missing &= ~(1UL << i);
                    break;
                }
            }
        }

        return missing == 0;
    }

    private PayloadIndex? Find(IFilterRows rows) => rows.Indexes?.Find(Path, PayloadIndexKind.Text);
}
