namespace EdgeSim.Index.Search;

/// <summary>How near is near: a least score, or a largest distance.</summary>
public readonly record struct Radius
{
    private readonly float _value;
    private readonly bool _isDistance;

    private Radius(float value, bool isDistance)
    {
        _value = value;
        _isDistance = isDistance;
    }

    /// <summary>All with this score or a better one.</summary>
    public static Radius OfScore(float score) => new(score, false);

    /// <summary>
    /// All at this distance or less: Euclid's own; for cosine 1 - score. An inner product is no distance.
    /// </summary>
    public static Radius OfDistance(float distance) => new(distance, true);

    /// <summary>The least score.</summary>
    /// <param name="metric">The collection's.</param>
    /// <param name="isNearest">Whether scores are those of the metric.</param>
    /// <exception cref="ArgumentException">Not a number, or no distance where there is none.</exception>
    internal float ScoreMin(Metric metric, bool isNearest)
    {
        if (float.IsNaN(_value) || (_isDistance && _value < 0f))
        {
            throw new ArgumentException(
                $"The radius is {_value}; allowed are any score, or a distance of 0 or more.");
        }

        if (_isDistance && (metric == Metric.Dot || !isNearest))
        {
            throw new ArgumentException(
                $"The radius is a distance, but the score of this query ({metric}) is none. "
                + "Use Radius.OfScore.");
        }

        return !_isDistance ? _value : metric == Metric.Cosine ? (float)(1.0 - _value) : -_value;
    }
}
