namespace EdgeSim.Index.Payloads;

/// <summary>How many values a field has.</summary>
internal sealed class CountCondition(string path, WholeBounds bounds) : FieldCondition(path)
{
    public override bool UsesIndex(IFilterRows rows) => rows.Indexes?.Find(Path) is not null;

    public override void Lookup(
        IFilterRows rows, FilterEvaluator evaluator, RowBitmap hits, RowBitmap doubts)
    {
        PayloadIndex index = rows.Indexes!.Find(Path)!;
        if (bounds.Contains(0))
        {
            index.Or(index.HasZero, hits);
        }

        if (bounds.Contains(1))
        {
            index.Or(index.HasOne, hits);
        }

        (int first, int end) = index.Counts(bounds);
        index.OrCounts(first, end, hits);
    }

    public override Cardinality Estimate(IFilterRows rows)
    {
        if (rows.Indexes?.Find(Path) is not { } index)
        {
            return base.Estimate(rows);
        }

        (int first, int end) = index.Counts(bounds);
        long zero = bounds.Contains(0) ? index.HasZero.Count : 0;
        long one = bounds.Contains(1) ? index.HasOne.Count : 0;
        long more = end - first;
        long least = Math.Max(Math.Max(zero, one), more > 0 ? 1 : 0);
        return OfAllRows(rows, least, zero + one + more, zero + one + more);
    }

    protected override bool Leaf(ReadOnlySpan<byte> value, Key key)
        => bounds.Contains(new PayloadCursor(value).Read() switch
        {
            { Kind: PayloadKind.Nil } => 0,
            { Kind: PayloadKind.Array } array => array.Count,
            _ => 1,
        });

    protected override bool Conclude(bool decided, int seen)
        => seen == 0 ? bounds.Contains(0) : decided;
}
