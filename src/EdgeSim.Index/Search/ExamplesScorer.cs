using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Search;

/// <summary>The score of several vectors together.</summary>
/// <param name="lanes">The vectors; shared by threads.</param>
internal struct ExamplesScorer(ExampleLanes lanes) : IRowScorer
{
    private double[] _similarities = new double[lanes.Queries.Length];

    /// <inheritdoc/>
    public readonly int Lanes => lanes.Queries.Length;

    /// <inheritdoc/>
    public void Fork() => _similarities = new double[_similarities.Length];

    /// <inheritdoc/>
    public readonly void Measure(in ScanStep step, Span<int> dots)
        => TileScan.Measure(lanes.Kernels, lanes.Buffer, 0, Lanes, step, dots);

    /// <inheritdoc/>
    public readonly int Next(in ScanStep step, ReadOnlySpan<int> dots, int slot, float threshold)
    {
        int slots = step.Slots;
        while (slot < slots && !CanBeat(step, dots, slot, step.RowOf(slot), threshold))
        {
            slot++;
        }

        return slot;
    }

    /// <inheritdoc/>
    public readonly bool CanBeat(
        in ScanStep step, ReadOnlySpan<int> dots, int slot, int row, float threshold)
    {
        double most = Bound(step, dots, slot, row, isUpper: true);
        return most + Slack(most) > threshold;
    }

    /// <inheritdoc/>
    public readonly bool Reaches(in ScanStep step, ReadOnlySpan<int> dots, int slot, int row, float score)
    {
        double least = Bound(step, dots, slot, row, isUpper: false);
        return least - Slack(least) >= score;
    }

    /// <inheritdoc/>
    public readonly float Score(in ScanStep step, int row)
    {
        for (int lane = 0; lane < _similarities.Length; lane++)
        {
            ReadOnlySpan<float> values = lanes.Buffer.Values(lane);
            _similarities[lane] = lanes.Queries[lane].Similarity(
                lanes.Kernels,
                values,
                step.Codes.Slice(row * values.Length, values.Length),
                step.ScaleOf(row),
                step.SquareSums[row]);
        }

        // Sums of inner products of the largest vectors exceed a float; such a score would be no number.
        return (float)Math.Clamp(lanes.Combine(_similarities), float.MinValue, float.MaxValue);
    }

    /// <summary>Far above what the few operations of a rule can lose.</summary>
    private static double Slack(double value) => (Math.Abs(value) + 1) * 1e-9;

    private readonly double Bound(
        in ScanStep step, ReadOnlySpan<int> dots, int slot, int row, bool isUpper)
    {
        double length = Math.Sqrt(step.SquareSums[row]);
        float scale = step.ScaleOf(row);
        int slots = step.Slots;
        PreparedQuery[] queries = lanes.Queries;
        for (int lane = 0; lane < _similarities.Length; lane++)
        {
            (double low, double high) = queries[lane].Bounds(dots[(lane * slots) + slot], scale, length);
            _similarities[lane] = isUpper != lanes.IsNegative(lane) ? high : low;
        }

        return lanes.Combine(_similarities);
    }
}
