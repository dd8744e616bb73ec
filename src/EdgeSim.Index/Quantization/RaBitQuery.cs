using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// A query ready for a scan over RaBitQ rows: what turns the sums of
/// <see cref="VectorKernels.BitPlaneDot"/> into an unbiased estimate, its error bound, and the
/// decision whether a row must be measured exactly. Made by <see cref="RaBitQuantizer.Prepare"/>.
/// </summary>
/// <remarks>
/// <para>
/// Everything follows from one number, the inner product of the residuals, R = (o - c).(q - c). Euclid: |o -
/// q|^2 = |o - c|^2 + |q - c|^2 - 2R. Cosine: o and q were brought to unit length, so the cosine is 1 - |o -
/// q|^2 / 2. Dot: o.q = R + (o - c).c + q.c.
/// </para>
/// <para>
/// <b>Estimate.</b> R ~ reach x (o_bar . q'), with q' the rotated q - c. It is unbiased over the draw of the
/// seed (the rotation, and the rounding of the query's components to 4 bits).
/// </para>
/// <para>
/// <b>Bound.</b> Gao and Long 2024, arXiv:2405.12497, theorem 3.2: with D the rotated length and a =
/// o_bar.o', the published bound |o - c| |q - c| sqrt((1 - a^2) / a^2) e / sqrt(D - 1) is exceeded with a
/// probability of at most 2 exp(-C e^2), C a constant. More exactly: the error is at most that bound / e,
/// times sqrt(D - 1) times one coordinate of a random point on the sphere, whose tail lies below the normal
/// one. For e = 1.9 that is at most 5.75 % of rows, half of them (2.9 %) on the side that would drop a row
/// that belongs to the answer; rows near the query err less, by sqrt(1 - cos^2). We add, as independent
/// errors add, what the 4-bit rounding of the query costs (reach x |rounding error| x e / sqrt(D), the paper
/// calls it negligible; it widens the bound by some 4 %) and a slack for float rounding (1e-5 of the
/// lengths).
/// </para>
/// </remarks>
internal readonly struct RaBitQuery
{
    /// <summary>
    /// The published width of the bound in standard deviations: see the remarks for the probability.
    /// </summary>
    internal const double EpsilonDefault = 1.9;

    /// <summary>
    /// Relative float error of a rotation and of a stored number; the true ones are some ten times smaller.
    /// </summary>
    private const double RotationSlack = 1e-5;
    private const double RoundingSlack = 1.0 / (1 << 22);

    /// <summary>Relative error of a few float operations in a row.</summary>
    private const double FloatSlack = 1e-6;

    /// <summary>
    /// Where floats lose digits, an absolute error of 1e-45 takes the place of a relative one.
    /// </summary>
    private const double Tiny = 1e-39;

    private readonly Metric _metric;
    private readonly double _norm;
    private readonly double _centreDot;
    private readonly double _perSum;
    private readonly double _perOne;
    private readonly double _constant;
    private readonly double _reachVariance;
    private readonly double _normVariance;

    /// <summary>From what <see cref="RaBitQuantizer.Prepare"/> has measured.</summary>
    /// <param name="metric">The collection's metric.</param>
    /// <param name="length">Components of a rotated vector.</param>
    /// <param name="norm">|q - c|.</param>
    /// <param name="centreDot">q . c.</param>
    /// <param name="low">Value of the code 0.</param>
    /// <param name="step">Distance of two codes.</param>
    /// <param name="codeSum">Sum of the codes.</param>
    /// <param name="errorSquares">Squared length of what the rounding to codes changed.</param>
    /// <param name="epsilon">Width of the bound in standard deviations.</param>
    internal RaBitQuery(
        Metric metric,
        int length,
        double norm,
        double centreDot,
        double low,
        double step,
        int codeSum,
        double errorSquares,
        double epsilon)
    {
        // o_bar.q' is the sum of +-(low + step x code) / sqrt(length), plus where the row has a one:
        // twice what lies under the ones, less all.
        double unit = 1 / Math.Sqrt(length);
        _metric = metric;
        _norm = norm;
        _centreDot = centreDot;
        _perSum = 2 * step * unit;
        _perOne = 2 * low * unit;
        _constant = ((step * codeSum) + (low * length)) * unit;
        _normVariance = epsilon * epsilon * norm * norm / (length - 1);
        _reachVariance = _normVariance + (epsilon * epsilon * errorSquares / length);
    }

    /// <summary>Estimate of R, the inner product of the residuals. Unbiased.</summary>
    /// <param name="sum">The row's sum from the kernel.</param>
    /// <param name="row">The row's side numbers.</param>
    internal double Product(int sum, in RaBitRow row)
        => row.Reach * ((_perSum * sum) + (_perOne * row.Ones) - _constant);

    /// <summary>
    /// Half the width of the interval that holds R around its estimate, with the probability that the remarks
    /// state. Twice that is the bound of the squared distance, once that of the inner product.
    /// </summary>
    internal double Bound(in RaBitRow row) => Math.Sqrt(Variance(row)) + Slack(row);

    /// <summary>
    /// Estimate of the squared distance (Euclid; of the unit vectors for cosine). Unbiased, so for very near
    /// rows it may be below zero.
    /// </summary>
    internal double DistanceSquared(int sum, in RaBitRow row)
        => Lengths(row) - (2 * Product(sum, row));

    /// <summary>
    /// Estimate of the inner product (dot; of the unit vectors for cosine, there the cosine itself).
    /// Unbiased.
    /// </summary>
    internal double InnerProduct(int sum, in RaBitRow row)
        => Product(sum, row) + row.CentreDot + _centreDot;

    /// <summary>
    /// Estimate of the score as a search reports it: cosine, inner product or minus the distance. The first
    /// two are unbiased before the cosine is held within [-1, 1]; a root of an unbiased estimate is not.
    /// </summary>
    internal float Score(int sum, in RaBitRow row) => _metric switch
    {
        Metric.Cosine => (float)Math.Clamp(1 - (DistanceSquared(sum, row) / 2), -1.0, 1.0),
        Metric.Dot => (float)InnerProduct(sum, row),
        _ => -(float)Math.Sqrt(Math.Max(DistanceSquared(sum, row), 0)),
    };

    /// <summary>
    /// Whether a row can have a score above the threshold, as far as the bound can tell. False for a row that
    /// has one in at most 2.9 of 100 cases, at the default width; less often the farther above it is.
    /// </summary>
    /// <param name="sum">The row's sum from the kernel.</param>
    /// <param name="row">The row's side numbers.</param>
    /// <param name="threshold">The score to beat; minus infinity lets every row through.</param>
    internal bool CanBeat(int sum, in RaBitRow row, float threshold)
    {
        double size = Math.Abs((double)threshold) + Tiny;
        double needed;
        double slack = Slack(row);
        switch (_metric)
        {
            case Metric.Cosine:
                needed = (Lengths(row) / 2) - (1.0 - threshold);
                slack += RoundingSlack * (1 + size);
                break;
            case Metric.Dot:
                needed = threshold - row.CentreDot - _centreDot;
                slack += RoundingSlack * (Math.Abs(row.CentreDot) + Math.Abs(_centreDot) + size);
                break;
            default:
                needed = (Lengths(row) - ((double)threshold * threshold)) / 2;
                slack += RoundingSlack * (Lengths(row) + (size * size));
                break;
        }

        // Squares are compared, so that no root is taken per row. The bound of near rows could be narrowed by
        // sqrt(1 - cos^2) at the same stated probability: that spared 4 % of the exact measurements and lost
        // 0.2 to 0.9 points of recall on clustered rows, so the published width stays.
        double missing = needed - Product(sum, row) - slack;
        return missing <= 0 || missing * missing <= Variance(row);
    }

    /// <summary>
    /// <see cref="CanBeat"/> for many rows at once, in float: whatever can beat the threshold is within this
    /// bound, and a few others, which <see cref="CanBeat"/> then turns away.
    /// </summary>
    /// <param name="threshold">The score to beat.</param>
    internal BitBound Bound(float threshold)
    {
        double size = Math.Abs((double)threshold) + Tiny;
        double square = _norm * _norm;
        (double needed, double slack) = _metric switch
        {
            Metric.Cosine => ((square / 2) - (1.0 - threshold), square + 1 + size),
            Metric.Dot => (threshold - _centreDot, Math.Abs(_centreDot) + size),
            _ => ((square - ((double)threshold * threshold)) / 2, square + (size * size)),
        };
        double share = _reachVariance > 0 ? Math.Sqrt(_normVariance / _reachVariance) : 0;
        return new BitBound(
            (float)_perSum,
            (float)_perOne,
            (float)_constant,
            (float)needed,
            _metric == Metric.Dot ? 0f : 0.5f,
            (float)(Math.Sqrt(_reachVariance) * (1 + FloatSlack)),
            (float)(share * (1 - FloatSlack)),
            (float)(2 * RotationSlack * _norm),
            (float)Math.Min((RoundingSlack + FloatSlack) * slack, float.MaxValue));
    }

    /// <summary>The rows of a block that must be measured exactly, in their order. O(rows).</summary>
    /// <param name="sums">[rows] from the kernel.</param>
    /// <param name="rows">[rows] side numbers.</param>
    /// <param name="threshold">
    /// The k-th best exact score so far; minus infinity while there are fewer. A threshold of the block's
    /// beginning stays right within it: it lets more rows through than the current one.
    /// </param>
    /// <param name="survivors">[rows or more], receives their positions in the block.</param>
    /// <returns>How many there are.</returns>
    internal int CutOff(
        ReadOnlySpan<int> sums, ReadOnlySpan<RaBitRow> rows, float threshold, Span<int> survivors)
    {
        int count = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (CanBeat(sums[i], rows[i], threshold))
            {
                survivors[count++] = i;
            }
        }

        return count;
    }

    private double Lengths(in RaBitRow row) => ((double)row.Norm * row.Norm) + (_norm * _norm);

    /// <summary>
    /// The square of the bound without the slack; a reach rounded below the norm counts as it.
    /// </summary>
    private double Variance(in RaBitRow row)
        => Math.Max(
            ((double)row.Reach * row.Reach * _reachVariance) - ((double)row.Norm * row.Norm * _normVariance),
            0);

    private double Slack(in RaBitRow row) => RotationSlack * (row.Norm + Tiny) * _norm;
}
