using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>Which rows of a snapshot a filter matches.</summary>
internal sealed class FilteredRows
{
    private readonly Snapshot _snapshot;
    private readonly PreparedFilter _filter;
    private readonly FilterEvaluator _evaluator = new();

    internal FilteredRows(Snapshot snapshot, Filter filter)
    {
        _snapshot = snapshot;
        _filter = PreparedFilter.Prepare(filter);
    }

    /// <summary>The live rows of a source that match.</summary>
    internal RowBitmap Of(int source)
    {
        var rows = new RowBitmap();
        _evaluator.Evaluate(_filter, RowsOf(source), rows);
        return rows;
    }

    /// <summary>Live rows of all sources that match.</summary>
    internal long Count()
    {
        var rows = new RowBitmap();
        long count = 0;
        for (int i = 0; i < _snapshot.SourceCount; i++)
        {
            _evaluator.Evaluate(_filter, RowsOf(i), rows);
            count += rows.Count();
        }

        return count;
    }

    /// <summary>How many match, from the payload indexes alone.</summary>
    internal (long Min, long Expected, long Max) Estimate()
    {
        (long min, long expected, long max) = (0, 0, 0);
        for (int i = 0; i < _snapshot.SourceCount; i++)
        {
            Cardinality part = FilterEvaluator.Estimate(_filter, RowsOf(i));
            (min, expected, max) = (min + part.Min, expected + part.Expected, max + part.Max);
        }

        return (min, expected, max);
    }

    private SourceRows RowsOf(int source) => new(
        _snapshot.Source(source),
        source < _snapshot.Views.Length ? _snapshot.Views[source].Segment : null);
}
