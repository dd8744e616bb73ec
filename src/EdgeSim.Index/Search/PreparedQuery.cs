using EdgeSim.Index.Kernels;
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

    /// <summary>
    /// The first row from one on for which <see cref="CanBeat"/> holds, or the number of rows: the same test,
    /// with what is the same for all rows taken out of the loop.
    /// </summary>
    /// <param name="dots">[rows] dot products of the codes.</param>
    /// <param name="rowScales">[rows], or empty where lengths do not count.</param>
    /// <param name="squareSums">[rows].</param>
    /// <param name="row">Where to begin.</param>
    /// <param name="threshold">The score to beat.</param>
    internal int NextAbove(
        ReadOnlySpan<int> dots,
        ReadOnlySpan<float> rowScales,
        ReadOnlySpan<int> squareSums,
        int row,
        float threshold)
    {
        squareSums = squareSums[..dots.Length];
        double needed = (threshold * _norm) - _error;
        if (_metric == Metric.Cosine && needed > 0)
        {
            // t^2 (c.d)^2 >= needed^2 |d|^2, divided by t^2; the slack in the error covers the rounding.
            double least = needed / _scale * (needed / _scale);
            for (; row < dots.Length; row++)
            {
                double dot = dots[row];
                if (dot > 0 && dot * dot >= least * squareSums[row])
                {
                    return row;
                }
            }

            return row;
        }

        if (_metric == Metric.Dot)
        {
            rowScales = rowScales[..dots.Length];
            double square = _error * _error;
            for (; row < dots.Length; row++)
            {
                double rowScale = rowScales[row];
                double missing = threshold - (_scale * rowScale * dots[row]);
                if (missing <= 0 || missing * missing <= square * (rowScale * rowScale) * squareSums[row])
                {
                    return row;
                }
            }

            return row;
        }

        while (row < dots.Length
            && !CanBeat(dots[row], rowScales.IsEmpty ? 1f : rowScales[row], squareSums[row], threshold))
        {
            row++;
        }

        return row;
    }

    /// <summary>Score from the dot product with the float query (cosine, dot).</summary>
    internal float ScoreOfDot(double dot, float rowScale, int squareSum)
        => _metric == Metric.Cosine
            ? (float)Math.Clamp(dot / (_norm * Math.Sqrt(squareSum)), -1.0, 1.0)
            : (float)(dot * rowScale);

    /// <summary>
    /// Similarity of a row from its codes and the float query: cosine, inner product, or minus the squared
    /// distance.
    /// </summary>
    internal double Similarity(
        VectorKernels kernels,
        ReadOnlySpan<float> query,
        ReadOnlySpan<sbyte> row,
        float rowScale,
        int squareSum)
        => _metric switch
        {
            Metric.Cosine => Math.Clamp(kernels.Dot(query, row) / (_norm * Math.Sqrt(squareSum)), -1.0, 1.0),
            Metric.Dot => kernels.Dot(query, row) * rowScale,
            _ => -kernels.DistanceSquared(query, row, rowScale),
        };

    /// <summary>
    /// Between which two numbers the similarity of a row lies, from the dot product of the codes; by the same
    /// argument as <see cref="CanBeat"/>.
    /// </summary>
    /// <param name="dot">Dot product of the query's codes and the row's.</param>
    /// <param name="rowScale">The row's scale.</param>
    /// <param name="length">The root of the row's sum of squared codes.</param>
    internal (double Low, double High) Bounds(int dot, float rowScale, double length)
    {
        switch (_metric)
        {
            case Metric.Cosine:
            {
                double middle = _scale * dot / (_norm * length);
                double reach = _error / _norm;
                return (middle - reach, middle + reach);
            }

            case Metric.Dot:
            {
                double middle = _scale * rowScale * dot;
                double reach = _error * rowScale * length;
                return (middle - reach, middle + reach);
            }

            default:
            {
                double rowNorm = rowScale * length;
                double lengths = (_norm * _norm) + (rowNorm * rowNorm);
                double middle = (2 * _scale * rowScale * dot) - lengths;
                double reach = (2 * _error * rowNorm) + (lengths * 1e-12);
                return (middle - reach, middle + reach);
            }
        }
    }

    /// <summary>
    /// Whether a row surely has this score or a better one. Never true for one that has not.
    /// </summary>
    internal bool Reaches(int dot, float rowScale, int squareSum, float score)
    {
        double low = Bounds(dot, rowScale, Math.Sqrt(squareSum)).Low;
        return _metric == Metric.Euclid ? score <= 0f && -low <= (double)score * score : low >= score;
    }
}
