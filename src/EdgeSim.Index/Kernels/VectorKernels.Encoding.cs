using System.Numerics;
using System.Runtime.Intrinsics;

namespace EdgeSim.Index.Kernels;

/// <content>
/// Encoding of rows as product codes. All classes but the law share one body in registers of 128 bits, which
/// every processor of theirs has: rows are encoded once.
/// </content>
public abstract partial class VectorKernels
{
    /// <summary>Centroids that lie side by side in a tiled codebook.</summary>
    public const int TileCentroids = 16;

    /// <summary>
    /// Dot products of a row with all centroids of all sub-spaces: the products of a centroid are added in
    /// the order of its components by fused multiply-adds. O(centroids x length). For tables of a query;
    /// and with -2 x as the row and |c|^2 to begin with, for |x - c|^2 - |x|^2.
    /// </summary>
    /// <param name="row">
    /// [length]. Sub-space i has length / sub-spaces components, the first length % sub-spaces one more.
    /// </param>
    /// <param name="subspaces">1 to <see cref="SubspacesMax"/>, at most the length.</param>
    /// <param name="centroids">16 or 256.</param>
    /// <param name="tiles">
    /// [centroids x length]: sub-space after sub-space, in each [centroids / 16][components][16].
    /// </param>
    /// <param name="initials">[sub-spaces x centroids] what sums begin with, or empty: 0.</param>
    /// <param name="dots">[sub-spaces x centroids], written in full.</param>
    public void CodebookDots(
        ReadOnlySpan<float> row,
        int subspaces,
        int centroids,
        ReadOnlySpan<float> tiles,
        ReadOnlySpan<float> initials,
        Span<float> dots)
    {
        CheckLength(row.Length);
        CheckSubspaces(subspaces);
        if (subspaces > row.Length
            || centroids is not (NibbleCentroids or ByteCentroids)
            || tiles.Length != (long)row.Length * centroids
            || dots.Length != subspaces * centroids
            || (!initials.IsEmpty && initials.Length != dots.Length))
        {
            throw new ArgumentException(
                $"{tiles.Length} components are not {centroids} centroids in {subspaces} sub-spaces of "
                + $"{row.Length} components, or {dots.Length} dot products not theirs.",
                nameof(tiles));
        }

        CodebookDotsCore(row, subspaces, centroids, tiles, initials, dots);
    }

    /// <summary>
    /// One pass over the sub-spaces of a row, each of which takes the centroid of least loss while the others
    /// stay: distance + excess x along^2, where along is the sum of what the centroids taken leave along some
    /// direction. The present code is kept where it is as good as the best, otherwise the first of the best
    /// is taken. With t = (along - the present entry) + an entry, a loss is fma(excess x t, t, distance).
    /// O(entries).
    /// </summary>
    /// <param name="distances">[sub-spaces x centroids], not NaN.</param>
    /// <param name="alongs">[sub-spaces x centroids], or empty: only distances count.</param>
    /// <param name="excess">At least 0.</param>
    /// <param name="codes">[sub-spaces] below the number of centroids, changed.</param>
    /// <param name="along">What is left along it, brought up to date; without entries nothing.</param>
    /// <returns>How many codes have changed.</returns>
    public int ImproveCodes(
        ReadOnlySpan<float> distances,
        ReadOnlySpan<float> alongs,
        float excess,
        Span<byte> codes,
        ref float along)
    {
        CheckSubspaces(codes.Length);
        int centroids = distances.Length / codes.Length;
        if (centroids is not (NibbleCentroids or ByteCentroids)
            || distances.Length != codes.Length * centroids
            || (!alongs.IsEmpty && alongs.Length != distances.Length)
            || (centroids == NibbleCentroids && codes.ContainsAnyExceptInRange((byte)0, (byte)15)))
        {
            throw new ArgumentException(
                $"{distances.Length} and {alongs.Length} entries do not fit {codes.Length} codes.",
                nameof(distances));
        }

        return ImproveCodesCore(distances, alongs, excess, codes, ref along);
    }

    /// <inheritdoc cref="CodebookDots"/>
    protected virtual void CodebookDotsCore(
        ReadOnlySpan<float> row,
        int subspaces,
        int centroids,
        ReadOnlySpan<float> tiles,
        ReadOnlySpan<float> initials,
        Span<float> dots)
    {
        int width = (row.Length / subspaces) + 1;
        int wider = row.Length % subspaces;
        for (int subspace = 0; subspace < subspaces; subspace++)
        {
            if (subspace == wider)
            {
                width--;
            }

            ReadOnlySpan<float> part = row[..width];
            row = row[width..];
            for (int tile = 0; tile < centroids; tile += TileCentroids)
            {
                Vector128<float> sum0 = default, sum4 = default, sum8 = default, sum12 = default;
                if (!initials.IsEmpty)
                {
                    sum0 = Vector128.Create(initials);
                    sum4 = Vector128.Create(initials[4..]);
                    sum8 = Vector128.Create(initials[8..]);
                    sum12 = Vector128.Create(initials[12..]);
                    initials = initials[TileCentroids..];
                }

                ReadOnlySpan<float> components = tiles[..(width * TileCentroids)];
                tiles = tiles[components.Length..];
                foreach (float value in part)
                {
                    Vector128<float> same = Vector128.Create(value);
                    sum0 = Vector128.FusedMultiplyAdd(same, Vector128.Create(components), sum0);
                    sum4 = Vector128.FusedMultiplyAdd(same, Vector128.Create(components[4..]), sum4);
                    sum8 = Vector128.FusedMultiplyAdd(same, Vector128.Create(components[8..]), sum8);
                    sum12 = Vector128.FusedMultiplyAdd(same, Vector128.Create(components[12..]), sum12);
                    components = components[TileCentroids..];
                }

                sum0.CopyTo(dots);
                sum4.CopyTo(dots[4..]);
                sum8.CopyTo(dots[8..]);
                sum12.CopyTo(dots[12..]);
                dots = dots[TileCentroids..];
            }
        }
    }

    /// <inheritdoc cref="ImproveCodes"/>
    protected virtual int ImproveCodesCore(
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
            int code = codes[subspace];
            float others = along - entries[code];
            float sum = others + entries[code];
            float present = MathF.FusedMultiplyAdd(weight * sum, sum, near[code]);
            int best = Least(near, entries, others, weight, present);
            if (best >= 0)
            {
                codes[subspace] = (byte)best;
                along = others + entries[best];
                changed++;
            }
        }

        return changed;
    }

    /// <summary>The first of the least losses, if it lies below the present one; otherwise -1.</summary>
    private static int Least(
        ReadOnlySpan<float> distances,
        ReadOnlySpan<float> alongs,
        float others,
        float excess,
        float present)
    {
        Vector128<float> other = Vector128.Create(others);
        Vector128<float> weight = Vector128.Create(excess);
        float least = present;
        int best = -1;
        for (int tile = 0; tile < distances.Length; tile += TileCentroids)
        {
            Vector128<float> loss0 = Losses(distances[tile..], alongs[tile..], other, weight);
            Vector128<float> loss4 = Losses(distances[(tile + 4)..], alongs[(tile + 4)..], other, weight);
            Vector128<float> loss8 = Losses(distances[(tile + 8)..], alongs[(tile + 8)..], other, weight);
            Vector128<float> loss12 = Losses(distances[(tile + 12)..], alongs[(tile + 12)..], other, weight);
            Vector128<float> min = Vector128.MinNative(
                Vector128.MinNative(loss0, loss4), Vector128.MinNative(loss8, loss12));
            min = Vector128.MinNative(min, Vector128.Shuffle(min, Vector128.Create(2, 3, 0, 1)));
            min = Vector128.MinNative(min, Vector128.Shuffle(min, Vector128.Create(1, 0, 3, 2)));
            if (min.ToScalar() < least)
            {
                least = min.ToScalar();
                uint places = Vector128.Equals(loss0, min).ExtractMostSignificantBits()
                    | (Vector128.Equals(loss4, min).ExtractMostSignificantBits() << 4)
                    | (Vector128.Equals(loss8, min).ExtractMostSignificantBits() << 8)
                    | (Vector128.Equals(loss12, min).ExtractMostSignificantBits() << 12);
                best = tile + BitOperations.TrailingZeroCount(places);
            }
        }

        return best;
    }

    private static Vector128<float> Losses(
        ReadOnlySpan<float> distances,
        ReadOnlySpan<float> alongs,
        Vector128<float> others,
        Vector128<float> excess)
    {
        Vector128<float> sum = others + Vector128.Create(alongs);
        return Vector128.FusedMultiplyAdd(excess * sum, sum, Vector128.Create(distances));
    }
}
