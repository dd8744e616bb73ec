using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Search;

/// <summary>
/// A query ready for a scan: its codes, and the numbers that turn an integer dot product into a bound on the
/// score.
/// </summary>
/// <remarks>
/// Write the query as q = t c + e with codes c, and a row as r = s d with codes d. Then q.r = t s (c.d) +
/// e.r, and by Cauchy and Schwarz |e.r| is at most |e| |r|. So c.d alone tells how good the row can be at
/// most, and only rows that can still enter the answer are measured with the float query. Nothing is sampled
/// or tuned: the answer is the exact one. Each test below compares squares, so that no root or division is
/// taken per row.
/// </remarks>
internal readonly struct PreparedQuery
{
    private readonly Metric _metric;
    private readonly double _scale;
    private readonly double _norm;
    private readonly double _error;

    private PreparedQuery(Metric metric, double scale, double norm, double error)
    {
        _metric = metric;
        _scale = scale;
        _norm = norm;
        _error = error;
    }

    /// <summary>A code of the query times this is the component, about.</summary>
    internal double Scale => _scale;

    /// <summary>Checks and quantises a query.</summary>
    /// <param name="query">[dimension].</param>
    /// <param name="metric">The collection's metric.</param>
    /// <param name="padded">[stride], receives the query and zeros.</param>
    /// <param name="codes">[stride], receives the query's codes and zeros.</param>
    internal static PreparedQuery Create(
        ReadOnlySpan<float> query, Metric metric, Span<float> padded, Span<sbyte> codes)
    {
        float max = RowQuantizer.Check(query, metric);
        padded.Clear();
        codes.Clear();
        query.CopyTo(padded);
        double scale = (double)max / RowQuantizer.CodeMax;
        double errors = 0;
        for (int i = 0; i < query.Length && max > 0f; i++)
        {
            int code = (int)Math.Round(query[i] / scale);
            codes[i] = (sbyte)code;
            double error = query[i] - (code * scale);
            errors += error * error;
        }

        double norm = RowQuantizer.Norm(query);

        // The relative and the absolute slack stand far above what double arithmetic can lose (about 1e-15)
        // and far below what would let a needless row through.
        double bound = (Math.Sqrt(errors) * (1 + 1e-9)) + (norm * 1e-12);
        return new PreparedQuery(metric, scale, norm, bound);
    }

    /// <summary>Whether a row can have a score above the threshold. Never false for one that has.</summary>
    /// <param name="dot">Dot product of the query's codes and the row's.</param>
    /// <param name="rowScale">The row's scale.</param>
    /// <param name="squareSum">The row's sum of squared codes.</param>
    /// <param name="threshold">The score to beat.</param>
    internal bool CanBeat(int dot, float rowScale, int squareSum, float threshold)
    {
        switch (_metric)
        {
            case Metric.Cosine:
            {
                // t c.d + |e| |d| >= threshold |q| |d|; the row's scale cancels.
                double product = _scale * dot;
                double needed = (threshold * _norm) - _error;
                double limit = needed * needed * squareSum;
                return needed > 0
                    ? product > 0 && product * product >= limit
                    : product >= 0 || product * product <= limit;
            }

            case Metric.Dot:
            {
                // t s c.d + |e| s |d| >= threshold.
                double missing = threshold - (_scale * rowScale * dot);
                double reach = _error * rowScale;
                return missing <= 0 || missing * missing <= reach * reach * squareSum;
            }

            default:
            {
                // |q|^2 + |r|^2 - 2 (t s c.d + |e| |r|) <= threshold^2; lengths far apart cost digits, hence
                // the second slack.
                double lengths = (_norm * _norm) + ((double)rowScale * rowScale * squareSum);
                double allowed = (double)threshold * threshold;
                double excess = (lengths * (1 - 1e-12)) - (2 * _scale * rowScale * dot) - allowed;
                double reach = 2 * _error * rowScale;
                return excess <= 0 || excess * excess <= reach * reach * squareSum;
            }
        }
    }

    /// <summary>Score from the dot product with the float query (cosine, dot).</summary>
    internal float ScoreOfDot(double dot, float rowScale, int squareSum)
        => _metric == Metric.Cosine
            ? (float)Math.Clamp(dot / (_norm * Math.Sqrt(squareSum)), -1.0, 1.0)
            : (float)(dot * rowScale);
}
