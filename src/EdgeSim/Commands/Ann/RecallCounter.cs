using EdgeSim.Index;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// Counts how many of the k nearest rows were found. A row that is not among them counts too when it is as
/// near as the last of them: which of equally near rows a truth file lists is chance. Distances are computed
/// from the base itself, so truth files without distances, or with other ones, serve as well.
/// </summary>
internal sealed class RecallCounter
{
    private readonly Metric _metric;
    private readonly VectorFile _rows;
    private readonly TruthFile _truth;
    private readonly float[] _row;
    private readonly HashSet<int> _seen = [];
    private readonly HashSet<int> _true = [];
    private long _found;
    private long _wanted;

    internal RecallCounter(Metric metric, VectorFile rows, TruthFile truth)
    {
        _metric = metric;
        _rows = rows;
        _truth = truth;
        _row = new float[rows.Dimension];
    }

    /// <summary>Found of what was to be found, 0 to 1.</summary>
    internal double Recall => _wanted == 0 ? 1 : (double)_found / _wanted;

    /// <summary>Counts an answer.</summary>
    /// <param name="query">Number of the query in the truth.</param>
    /// <param name="vector">[dimension], the query.</param>
    /// <param name="ids">Rows that were returned; one that comes twice counts once.</param>
    internal void Add(int query, ReadOnlySpan<float> vector, ReadOnlySpan<int> ids)
    {
        ReadOnlySpan<int> nearest = _truth.Of(query);
        _wanted += nearest.Length;
        _true.Clear();
        _seen.Clear();
        foreach (int id in nearest)
        {
            _true.Add(id);
        }

        int found = 0;
        double? last = null;
        foreach (int id in ids)
        {
            if (_seen.Add(id)
                && (_true.Contains(id)
                    || Distance(vector, id) <= (last ??= Distance(vector, nearest[^1]))))
            {
                found++;
            }
        }

        // Ties can give more right answers than k.
        _found += Math.Min(found, nearest.Length);
    }

    private double Distance(ReadOnlySpan<float> query, int id)
    {
        _rows.Read(id, _row);
        return ExactDistance.Of(_metric, query, _row);
    }
}
