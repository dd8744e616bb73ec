namespace EdgeSim.Index.Payloads;

/// <summary>Missing, null or []: no value has an element.</summary>
internal sealed class EmptyCondition(string path) : FieldCondition(path)
{
    public override bool UsesIndex(IFilterRows rows) => rows.Indexes?.Find(Path) is not null;

    public override void Lookup(
        IFilterRows rows, FilterEvaluator evaluator, RowBitmap hits, RowBitmap doubts)
    {
        PayloadIndex index = rows.Indexes!.Find(Path)!;
        index.Or(index.NonEmpty, hits);
        hits.Invert();
    }

    public override Cardinality Estimate(IFilterRows rows)
    {
        if (rows.Indexes?.Find(Path) is not { } index)
        {
            return base.Estimate(rows);
        }

        long count = rows.RowCount - (long)index.NonEmpty.Count;
        return OfAllRows(rows, count, count, count);
    }

    protected override bool Leaf(ReadOnlySpan<byte> value, Key key)
        => new PayloadCursor(value).Read() is not ({ Kind: PayloadKind.Nil }
            or { Kind: PayloadKind.Array, Number: 0 });

    protected override bool Conclude(bool decided, int seen) => !decided;
}
