namespace EdgeSim.Index.Payloads;

/// <summary>There and null.</summary>
internal sealed class NullCondition(string path) : FieldCondition(path)
{
    public override bool UsesIndex(IFilterRows rows) => rows.Indexes?.Find(Path) is not null;

    public override void Lookup(
        IFilterRows rows, FilterEvaluator evaluator, RowBitmap hits, RowBitmap doubts)
    {
        PayloadIndex index = rows.Indexes!.Find(Path)!;
        index.Or(index.HasNull, hits);
    }

    public override Cardinality Estimate(IFilterRows rows)
        => rows.Indexes?.Find(Path) is { } index
            ? OfAllRows(rows, index.HasNull.Count, index.HasNull.Count, index.HasNull.Count)
            : base.Estimate(rows);

    protected override bool Leaf(ReadOnlySpan<byte> value, Key key)
        => new PayloadCursor(value).Read().Kind == PayloadKind.Nil;
}
