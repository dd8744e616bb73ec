namespace EdgeSim.Index.Payloads;

/// <summary>A number within bounds. A float index knows all numbers, an integer index no floats.</summary>
internal sealed class RangeCondition(string path, NumberBounds bounds) : FieldCondition(path)
{
    public override bool UsesIndex(IFilterRows rows) => Find(rows) is not null;

    public override void Lookup(
        IFilterRows rows, FilterEvaluator evaluator, RowBitmap hits, RowBitmap doubts)
    {
        PayloadIndex index = Find(rows)!;
        (int first, int end) = index.Entries(bounds);
        index.OrEntries(first, end, hits);
        index.Or(index.OtherNumbers, doubts);
    }

    public override Cardinality Estimate(IFilterRows rows)
    {
        if (Find(rows) is not { } index)
        {
            return base.Estimate(rows);
        }

        (int first, int end) = index.Entries(bounds);
        long most = end - first + (long)index.OtherNumbers.Count;
        return OfAllRows(rows, index.RowsAtLeast(end - first), most, most);
    }

    protected override bool Value(in PayloadToken token, ReadOnlySpan<byte> value)
        => token.IsNumber && bounds.Contains(token.AsDouble);

    private PayloadIndex? Find(IFilterRows rows)
        => rows.Indexes?.Find(Path, PayloadIndexKind.Float)
            ?? rows.Indexes?.Find(Path, PayloadIndexKind.Integer);
}
