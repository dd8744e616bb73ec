using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Search;

/// <summary>The score of one vector: the collection's metric.</summary>
/// <param name="query">The vector.</param>
/// <param name="metric">The metric.</param>
/// <param name="kernels">The arithmetic.</param>
/// <param name="lanes">[.. x stride] vectors, and their codes; not owned.</param>
/// <param name="lane">Which of them it is.</param>
internal readonly struct NearestScorer(
    PreparedQuery query, Metric metric, VectorKernels kernels, LaneBuffer lanes, int lane) : IRowScorer
{
    private readonly PreparedQuery _query = query;
    private readonly bool _isEuclid = metric == Metric.Euclid;

    /// <inheritdoc/>
    public int Lanes => 1;

    internal PreparedQuery Query => _query;

    /// <inheritdoc/>
    public void Fork()
    {
        // There is nothing that a thread writes to.
    }

    /// <inheritdoc/>
    public void Measure(in ScanStep step, Span<int> dots)
    {
        if (step.Picks.IsEmpty)
        {
            kernels.Dot(lanes.Codes(lane), step.Codes, dots);
        }
        else
        {
            kernels.Dot(lanes.Codes(lane), step.Codes, step.Picks, dots);
        }
    }

    /// <inheritdoc/>
    public int Next(in ScanStep step, ReadOnlySpan<int> dots, int slot, float threshold)
    {
        if (step.Picks.IsEmpty)
        {
            return _query.NextAbove(dots, step.Scales, step.SquareSums, slot, threshold);
        }

        while (slot < step.Picks.Length && !CanBeat(step, dots, slot, step.Picks[slot], threshold))
        {
            slot++;
        }

        return slot;
    }

    /// <inheritdoc/>
    public bool CanBeat(in ScanStep step, ReadOnlySpan<int> dots, int slot, int row, float threshold)
        => _query.CanBeat(dots[slot], step.ScaleOf(row), step.SquareSums[row], threshold);

    /// <inheritdoc/>
    public bool Reaches(in ScanStep step, ReadOnlySpan<int> dots, int slot, int row, float score)
        => _query.Reaches(dots[slot], step.ScaleOf(row), step.SquareSums[row], score);

    /// <inheritdoc/>
    public float Score(in ScanStep step, int row)
    {
        ReadOnlySpan<float> values = lanes.Values(lane);
        ReadOnlySpan<sbyte> codes = step.Codes.Slice(row * values.Length, values.Length);
        return _isEuclid
            ? -(float)Math.Sqrt(kernels.DistanceSquared(values, codes, step.ScaleOf(row)))
            : _query.ScoreOfDot(kernels.Dot(values, codes), step.ScaleOf(row), step.SquareSums[row]);
    }
}
