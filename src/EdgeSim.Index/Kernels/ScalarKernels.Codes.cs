namespace EdgeSim.Index.Kernels;

/// <content>Encoding of product codes, and the choice of rows after a scan of compressed codes.</content>
public sealed partial class ScalarKernels
{
    /// <inheritdoc/>
    protected override void CodebookDotsCore(
        ReadOnlySpan<float> row,
        int subspaces,
        int centroids,
        ReadOnlySpan<float> tiles,
        ReadOnlySpan<float> initials,
        Span<float> dots)
    {
        int offset = 0;
        for (int subspace = 0; subspace < subspaces; subspace++)
        {
            int width = (row.Length / subspaces) + (subspace < row.Length % subspaces ? 1 : 0);
            for (int centroid = 0; centroid < centroids; centroid++)
            {
                int tile = (offset * centroids) + (centroid / TileCentroids * width * TileCentroids);
                float sum = initials.IsEmpty ? 0f : initials[(subspace * centroids) + centroid];
                for (int i = 0; i < width; i++)
                {
                    sum = MathF.FusedMultiplyAdd(
                        row[offset + i],
                        tiles[tile + (i * TileCentroids) + (centroid % TileCentroids)],
                        sum);
                }

                dots[(subspace * centroids) + centroid] = sum;
            }

            offset += width;
        }
    }

    /// <inheritdoc/>
    protected override int ImproveCodesCore(
        ReadOnlySpan<float> distances,
        ReadOnlySpan<float> alongs,
        float excess,
        Span<byte> codes,
        ref float along)
    {
        int centroids = distances.Length / codes.Length;
        int changed = 0;
        for (int subspace = 0; subspace < codes.Length; subspace++)
        {
            ReadOnlySpan<float> near = distances.Slice(subspace * centroids, centroids);
            ReadOnlySpan<float> entries = alongs.IsEmpty
                ? near
                : alongs.Slice(subspace * centroids, centroids);
            float weight = alongs.IsEmpty ? 0f : excess;
            int best = codes[subspace];
            float others = along - entries[best];
            float least = Loss(near[best], others + entries[best], weight);
            for (int i = 0; i < centroids; i++)
            {
                float loss = Loss(near[i], others + entries[i], weight);
                if (loss < least)
                {
                    least = loss;
                    best = i;
                }
            }

            if (best != codes[subspace])
            {
                codes[subspace] = (byte)best;
                along = others + entries[best];
                changed++;
            }
        }

        return changed;
    }

    /// <inheritdoc/>
    protected override void SubtractCore(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> differences)
    {
        for (int i = 0; i < left.Length; i++)
        {
            differences[i] = left[i] - right[i];
        }
    }

    /// <inheritdoc/>
    protected override (float Low, float High) RangeCore(ReadOnlySpan<float> values)
    {
        float low = values[0];
        float high = values[0];
        foreach (float value in values)
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        return (low, high);
    }

    /// <inheritdoc/>
    protected override int AtLeastCore(
        ReadOnlySpan<ushort> sums,
        ReadOnlySpan<float> offsets,
        float factor,
        float least,
        Span<int> places)
    {
        int count = 0;
        for (int row = 0; row < sums.Length; row++)
        {
            float offset = offsets.IsEmpty ? 0f : offsets[row];
            if (MathF.FusedMultiplyAdd(factor, sums[row], -offset) >= least)
            {
                places[count++] = row;
            }
        }

        return count;
    }

    /// <inheritdoc/>
    protected override int WithinBoundCore(
        ReadOnlySpan<int> sums,
        ReadOnlySpan<float> norms,
        ReadOnlySpan<float> reaches,
        ReadOnlySpan<float> ones,
        ReadOnlySpan<float> centreDots,
        in BitBound bound,
        Span<int> places)
    {
        int count = 0;
        for (int row = 0; row < sums.Length; row++)
        {
            float centreDot = centreDots.IsEmpty ? 0f : centreDots[row];
            if (!bound.IsBeyond(sums[row], norms[row], reaches[row], ones[row], centreDot))
            {
                places[count++] = row;
            }
        }

        return count;
    }

    /// <inheritdoc/>
    protected override void BitPlanesCore(
        ReadOnlySpan<float> values,
        float low,
        float inverse,
        ReadOnlySpan<float> dither,
        Span<byte> planes)
    {
        planes.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            float scaled = ((values[i] - low) * inverse) + dither[i];
            int code = (int)Math.Min(Math.Max(scaled, 0f), (1 << PlaneCount) - 1);
            for (int plane = 0; plane < PlaneCount; plane++)
            {
                planes[(plane * values.Length / 8) + (i / 8)] |= (byte)(((code >> plane) & 1) << (i % 8));
            }
        }
    }

    private static float Loss(float distance, float along, float excess)
        => MathF.FusedMultiplyAdd(excess * along, along, distance);
}
