namespace EdgeSim.Index.Payloads;

/// <summary>The point is one of these.</summary>
internal sealed class IdCondition : PreparedCondition
{
    private readonly Key[] _keys;

    public IdCondition(IReadOnlyList<Key> keys)
    {
        _keys = [.. keys.Distinct()];
        Array.Sort(_keys);
    }

    public override bool Matches(Key key, ReadOnlySpan<byte> payload) => Array.BinarySearch(_keys, key) >= 0;

    public override bool UsesIndex(IFilterRows rows) => true;

    public override void Lookup(
        IFilterRows rows, FilterEvaluator evaluator, RowBitmap hits, RowBitmap doubts)
    {
        foreach (Key key in _keys)
        {
            int row = rows.FindKey(key);
            if (row >= 0)
            {
                hits.Set(row);
            }
        }
    }

    public override Cardinality Estimate(IFilterRows rows)
    {
        int found = 0;
        foreach (Key key in _keys)
        {
            found += rows.FindKey(key) >= 0 ? 1 : 0;
        }

        return new Cardinality(found, found, found);
    }
}
