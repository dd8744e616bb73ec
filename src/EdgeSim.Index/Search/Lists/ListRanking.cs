using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Search.Lists;

/// <summary>
/// Which lists of a column are nearest to a query, and how good a row of a list can be at most. Centroids are
/// compared as int8 codes alone: measured again in float the recall of three sets was the same to a
/// thousandth, and it took twice as long. Reused from search to search; allocates only when there are more
/// lists than before.
/// </summary>
/// <remarks>
/// With a list's centroid c and radius r, a row is x = c + e with |e| at most r. So q.x is at most q.c + |q|
/// r; a row at distance d from q has d at least |q - c| - r; and for cosine the angle between q and x is at
/// least that between q and c less the one that r spans at the centroid, both being of length one.
/// </remarks>
internal sealed class ListRanking
{
    /// <summary>
    /// What float sums and unit lengths may be off by, in parts; a bound errs to the safe side.
    /// </summary>
    private const double Slack = 1e-5;

    private readonly TopK _nearest = new();
    private int[] _dots = [];
    private int[] _lists = [];
    private bool[] _isRanked = [];
    private ListTable? _table;
    private Metric _metric;
    private double _norm;
    private double _error;
    private double _scale;

    /// <summary>Lists ranked.</summary>
    internal int Count { get; private set; }

    /// <summary>[count] the nearest lists, nearest first.</summary>
    internal ReadOnlySpan<int> Lists => _lists.AsSpan(0, Count);

    /// <summary>Bytes held.</summary>
    internal long Bytes => _nearest.Bytes + ((long)_dots.Length * ((2 * sizeof(int)) + 1));

    /// <summary>Finds the nearest lists.</summary>
    /// <param name="table">The lists.</param>
    /// <param name="kernels">Any class.</param>
    /// <param name="metric">What near means.</param>
    /// <param name="query">[at least dimension].</param>
    /// <param name="codes">[stride] its codes.</param>
    /// <param name="scale">Component = code x scale, about.</param>
    /// <param name="wanted">How many, 1 or more.</param>
    internal void Rank(
        ListTable table,
        VectorKernels kernels,
        Metric metric,
        ReadOnlySpan<float> query,
        ReadOnlySpan<sbyte> codes,
        double scale,
        int wanted)
    {
        _table = table;
        _metric = metric;
        _scale = scale;
        query = query[..table.Dimension];
        Measure(query, codes);
        Reserve(table.Count);
        Span<int> dots = _dots.AsSpan(0, table.Count);
        kernels.Dot(codes, table.Codes(0, table.Count), dots);

        Count = Math.Min(wanted, table.Count);
        Choose(dots);
        Array.Clear(_isRanked, 0, table.Count);
        foreach (int list in Lists)
        {
            _isRanked[list] = true;
        }
    }

    /// <summary>Whether a list is among those ranked.</summary>
    internal bool IsRanked(int list) => _isRanked[list];

    /// <summary>
    /// Whether some row of a list can score at least so much; never false where one does. Of any list, ranked
    /// or not.
    /// </summary>
    internal bool CanReach(int list, float score)
    {
        if (score == float.NegativeInfinity)
        {
            return true;
        }

        // q.c by the codes, and what those may be off by.
        ListTable table = _table!;
        double norm = table.Norms[list];
        double radius = table.Radii[list] * (1 + Slack);
        double dot = (_scale * table.Scales[list] * _dots[list])
            + (_error * norm) + ((_norm + _error) * table.Errors[list]);
        double slack = Slack * ((_norm * (norm + radius)) + (norm * norm) + (radius * radius));
        switch (_metric)
        {
            case Metric.Cosine:
            {
                if (_norm == 0)
                {
                    return true;
                }

                double near = Math.Clamp(dot / _norm / Math.Max(norm * (1 - Slack), 1e-30), -1, 1);
                double span = 1 - (radius * radius / 2);
                return near >= span
                    || (near * span) + Math.Sqrt((1 - (near * near)) * Math.Max(0, 1 - (span * span)))
                        + Slack >= score;
            }

            case Metric.Dot:
                return dot + (_norm * radius) + slack >= score;
            default:
            {
                double square = Math.Max(0, (_norm * _norm) + (norm * norm) - (2 * dot) - (4 * slack));
                return Math.Sqrt(square) - radius <= -(double)score * (1 + Slack);
            }
        }
    }

    private void Measure(ReadOnlySpan<float> query, ReadOnlySpan<sbyte> codes)
    {
        double squares = 0;
        double errors = 0;
        for (int i = 0; i < query.Length; i++)
        {
            double error = query[i] - (codes[i] * _scale);
            squares += (double)query[i] * query[i];
            errors += error * error;
        }

        _norm = Math.Sqrt(squares);
        _error = Math.Sqrt(errors);
    }

    /// <summary>
    /// The lists with the largest q.c; for euclid what the squared distance leaves of it.
    /// </summary>
    private void Choose(ReadOnlySpan<int> dots)
    {
        ReadOnlySpan<float> scales = _table!.Scales[..dots.Length];
        ReadOnlySpan<float> norms = _table.Norms[..dots.Length];
        _nearest.Reset(Count);
        float factor = (float)_scale;
        float half = _metric == Metric.Euclid ? 0.5f : 0f;
        float least = float.NegativeInfinity;
        for (int i = 0; i < dots.Length; i++)
        {
            float key = (factor * scales[i] * dots[i]) - (half * norms[i] * norms[i]);
            if (key > least || !_nearest.IsFull)
            {
                _nearest.Add(key, (uint)i);
                least = _nearest.IsFull ? _nearest.Threshold : least;
            }
        }

        for (int i = Count - 1; i >= 0; i--)
        {
            _lists[i] = (int)_nearest.RemoveWorst().Place;
        }
    }

    private void Reserve(int lists)
    {
        if (_dots.Length < lists)
        {
            _dots = new int[lists];
            _lists = new int[lists];
            _isRanked = new bool[lists];
        }
    }
}
