namespace EdgeSim.Index.Kernels;

/// <summary>The law: plain loops that every other class must equal bit for bit. Runs everywhere.</summary>
public sealed class ScalarKernels : VectorKernels
{
    /// <inheritdoc/>
    public override string Name => "scalar";

    /// <inheritdoc/>
    protected override void DotCore(ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> scores)
    {
        for (int row = 0; row < scores.Length; row++)
        {
            ReadOnlySpan<sbyte> codes = rows.Slice(row * query.Length, query.Length);
            int sum = 0;
            for (int i = 0; i < codes.Length; i++)
            {
                sum += query[i] * codes[i];
            }

            scores[row] = sum;
        }
    }

    /// <inheritdoc/>
    protected override double DotCore(ReadOnlySpan<float> query, ReadOnlySpan<sbyte> row)
    {
        Span<double> lanes = stackalloc double[8];
        lanes.Clear();
        for (int i = 0; i < query.Length; i++)
        {
            lanes[i & 7] += (double)query[i] * row[i];
        }

        return SumLanes(lanes);
    }

    /// <inheritdoc/>
    protected override double DistanceSquaredCore(
        ReadOnlySpan<float> query, ReadOnlySpan<sbyte> row, float scale)
    {
        Span<double> lanes = stackalloc double[8];
        lanes.Clear();
        for (int i = 0; i < query.Length; i++)
        {
            double difference = query[i] - ((double)scale * row[i]);
            lanes[i & 7] += difference * difference;
        }

        return SumLanes(lanes);
    }
}
