namespace EdgeSim.Index.Payloads;

/// <summary>A place within a shape.</summary>
internal sealed class GeoCondition(string path, GeoShape shape) : FieldCondition(path)
{
    public override bool UsesIndex(IFilterRows rows) => Find(rows) is not null;

    public override void Lookup(
        IFilterRows rows, FilterEvaluator evaluator, RowBitmap hits, RowBitmap doubts)
    {
        PayloadIndex index = Find(rows)!;
        foreach ((double south, double north, double west, double east) in shape.Boxes)
        {
            var cells = new GeoCells(south, north, west, east);
            while (cells.Next())
            {
                (int first, int end) = index.Entries(cells.Current);
                for (int i = first; i < end; i++)
                {
                    (double latitude, double longitude) = index.Point(i);
                    if (shape.Contains(latitude, longitude))
                    {
                        hits.Set(index.EntryRow(i));
                    }
                }
            }
        }
    }

    public override Cardinality Estimate(IFilterRows rows)
    {
        if (Find(rows) is not { } index)
        {
            return base.Estimate(rows);
        }

        long most = 0;
        foreach ((double south, double north, double west, double east) in shape.Boxes)
        {
            var cells = new GeoCells(south, north, west, east);
            while (cells.Next())
            {
                (int first, int end) = index.Entries(cells.Current);
                most += end - first;
            }
        }

        return OfAllRows(rows, 0, most / 2, most);
    }

    protected override bool Value(in PayloadToken token, ReadOnlySpan<byte> value)
        => token.Kind == PayloadKind.Map
            && GeoShape.TryRead(value, out double latitude, out double longitude)
            && shape.Contains(latitude, longitude);

    private PayloadIndex? Find(IFilterRows rows) => rows.Indexes?.Find(Path, PayloadIndexKind.Geo);
}
