using System.Numerics;

namespace EdgeSim.Index.Kernels;

/// <summary>The law: plain loops that every other class must equal bit for bit. Runs everywhere.</summary>
public sealed partial class ScalarKernels : VectorKernels
{
    /// <inheritdoc/>
    public override string Name => "scalar";

    /// <inheritdoc/>
    protected override void DotCore(ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> scores)
    {
        for (int row = 0; row < scores.Length; row++)
        {
            scores[row] = Dot(query, rows, row);
        }
    }

    /// <inheritdoc/>
    protected override void DotAtCore(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, ReadOnlySpan<int> ordinals, Span<int> scores)
    {
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = Dot(query, rows, ordinals[i]);
        }
    }

    /// <inheritdoc/>
    protected override void DotTileCore(
        ReadOnlySpan<sbyte> queries, ReadOnlySpan<sbyte> rows, Span<int> scores)
    {
        int length = queries.Length / TileQueries;
        int count = scores.Length / TileQueries;
        for (int query = 0; query < TileQueries; query++)
        {
            DotCore(queries.Slice(query * length, length), rows, scores.Slice(query * count, count));
        }
    }

    /// <inheritdoc/>
    protected override void ManhattanCore(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> distances)
    {
        for (int row = 0; row < distances.Length; row++)
        {
            ReadOnlySpan<sbyte> codes = rows.Slice(row * query.Length, query.Length);
            int sum = 0;
            for (int i = 0; i < codes.Length; i++)
            {
                sum += Math.Abs(query[i] - codes[i]);
            }

            distances[row] = sum;
        }
    }

    /// <inheritdoc/>
    protected override void RowSumsCore(
        int length, ReadOnlySpan<sbyte> rows, Span<int> sums, Span<int> squareSums)
    {
        for (int row = 0; row < sums.Length; row++)
        {
            int sum = 0;
            int squares = 0;
            foreach (sbyte code in rows.Slice(row * length, length))
            {
                sum += code;
                squares += code * code;
            }

            sums[row] = sum;
            squareSums[row] = squares;
        }
    }

    /// <inheritdoc/>
    protected override void QuantizeCore(ReadOnlySpan<float> row, double inverse, Span<sbyte> codes)
    {
        for (int i = 0; i < row.Length; i++)
        {
            codes[i] = (sbyte)Math.Round(Math.Clamp(row[i] * inverse, -127.0, 127.0));
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
    protected override double SquareSumCore(ReadOnlySpan<float> row)
    {
        Span<double> lanes = stackalloc double[8];
        lanes.Clear();
        for (int i = 0; i < row.Length; i++)
        {
            lanes[i & 7] += (double)row[i] * row[i];
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

    /// <inheritdoc/>
    protected override void HammingCore(
        ReadOnlySpan<byte> query, ReadOnlySpan<byte> rows, Span<int> distances)
    {
        for (int row = 0; row < distances.Length; row++)
        {
            ReadOnlySpan<byte> bits = rows.Slice(row * query.Length, query.Length);
            int sum = 0;
            for (int i = 0; i < bits.Length; i++)
            {
                sum += BitOperations.PopCount((uint)(query[i] ^ bits[i]));
            }

            distances[row] = sum;
        }
    }

    /// <inheritdoc/>
    protected override void BitPlaneDotCore(
        ReadOnlySpan<byte> planes, ReadOnlySpan<byte> rows, Span<int> sums)
    {
        int length = planes.Length / PlaneCount;
        for (int row = 0; row < sums.Length; row++)
        {
            ReadOnlySpan<byte> bits = rows.Slice(row * length, length);
            int sum = 0;
            for (int i = 0; i < planes.Length; i++)
            {
                sum += BitOperations.PopCount((uint)(planes[i] & bits[i % length])) << (i / length);
            }

            sums[row] = sum;
        }
    }

    /// <inheritdoc/>
    protected override void ScanNibblesCore(
        ReadOnlySpan<byte> tables, ReadOnlySpan<byte> blocks, Span<ushort> sums)
    {
        int subspaces = tables.Length / NibbleCentroids;
        for (int row = 0; row < sums.Length; row++)
        {
            int place = row % BlockRows;
            int start = row / BlockRows * subspaces * (BlockRows / 2);
            int sum = 0;
            for (int subspace = 0; subspace < subspaces; subspace++)
            {
                int pair = blocks[start + (subspace * (BlockRows / 2)) + (place % (BlockRows / 2))];
                int code = place < BlockRows / 2 ? pair & 15 : pair >> 4;
                sum += tables[(subspace * NibbleCentroids) + code];
            }

            sums[row] = (ushort)sum;
        }
    }

    /// <inheritdoc/>
    protected override void ScanBytesCore(
        ReadOnlySpan<float> tables, ReadOnlySpan<byte> rows, Span<float> sums)
    {
        int subspaces = tables.Length / ByteCentroids;
        for (int row = 0; row < sums.Length; row++)
        {
            ReadOnlySpan<byte> codes = rows.Slice(row * subspaces, subspaces);
            float sum = 0;
            for (int subspace = 0; subspace < subspaces; subspace++)
            {
                sum += tables[(subspace * ByteCentroids) + codes[subspace]];
            }

            sums[row] = sum;
        }
    }

    /// <inheritdoc/>
    protected override void DotCore(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> scores)
    {
        Span<float> lanes = stackalloc float[FloatLanes];
        for (int row = 0; row < scores.Length; row++)
        {
            ReadOnlySpan<float> values = rows.Slice(row * query.Length, query.Length);
            lanes.Clear();
            for (int i = 0; i < values.Length; i++)
            {
                ref float lane = ref lanes[i % FloatLanes];
                lane = MathF.FusedMultiplyAdd(query[i], values[i], lane);
            }

            scores[row] = SumLanes(lanes);
        }
    }

    /// <inheritdoc/>
    protected override void DistanceSquaredCore(
        ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> distances)
    {
        Span<float> lanes = stackalloc float[FloatLanes];
        for (int row = 0; row < distances.Length; row++)
        {
            ReadOnlySpan<float> values = rows.Slice(row * query.Length, query.Length);
            lanes.Clear();
            for (int i = 0; i < values.Length; i++)
            {
                float difference = query[i] - values[i];
                ref float lane = ref lanes[i % FloatLanes];
                lane = MathF.FusedMultiplyAdd(difference, difference, lane);
            }

            distances[row] = SumLanes(lanes);
        }
    }

    /// <inheritdoc/>
    protected override void HadamardCore(Span<float> values)
    {
        for (int half = 1; half < values.Length; half *= 2)
        {
            for (int start = 0; start < values.Length; start += 2 * half)
            {
                for (int i = start; i < start + half; i++)
                {
                    (values[i], values[i + half]) = (
                        values[i] + values[i + half], values[i] - values[i + half]);
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override float MaxMagnitudeCore(ReadOnlySpan<float> row)
    {
        int max = 0;
        foreach (float value in row)
        {
            max = Math.Max(max, BitConverter.SingleToInt32Bits(value) & int.MaxValue);
        }

        return BitConverter.Int32BitsToSingle(max);
    }

    private static int Dot(ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, int row)
    {
        ReadOnlySpan<sbyte> codes = rows.Slice(row * query.Length, query.Length);
        int sum = 0;
        for (int i = 0; i < codes.Length; i++)
        {
            sum += query[i] * codes[i];
        }

        return sum;
    }
}
