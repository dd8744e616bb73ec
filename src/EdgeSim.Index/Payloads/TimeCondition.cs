namespace EdgeSim.Index.Payloads;

/// <summary>A time within bounds, in ticks.</summary>
internal sealed class TimeCondition(string path, WholeBounds bounds) : FieldCondition(path)
{
    /// <summary>The ticks of a timestamp or of a text that is one.</summary>
    public static bool TryRead(in PayloadToken token, out long ticks)
    {
        ticks = token.Number;
        return token.Kind == PayloadKind.Timestamp
            || (token.Kind == PayloadKind.Text && Rfc3339.TryParse(token.Bytes, out ticks));
    }

    public override bool UsesIndex(IFilterRows rows) => Find(rows) is not null;

    public override void Lookup(
        IFilterRows rows, FilterEvaluator evaluator, RowBitmap hits, RowBitmap doubts)
    {
        PayloadIndex index = Find(rows)!;
        (int first, int end) = index.Entries(bounds);
        index.OrEntries(first, end, hits);
    }

    public override Cardinality Estimate(IFilterRows rows)
    {
        if (Find(rows) is not { } index)
        {
            return base.Estimate(rows);
        }

        (int first, int end) = index.Entries(bounds);
        return OfAllRows(rows, index.RowsAtLeast(end - first), end - first, end - first);
    }

    protected override bool Value(in PayloadToken token, ReadOnlySpan<byte> value)
        => TryRead(token, out long ticks) && bounds.Contains(ticks);

    private PayloadIndex? Find(IFilterRows rows) => rows.Indexes?.Find(Path, PayloadIndexKind.Datetime);
}
