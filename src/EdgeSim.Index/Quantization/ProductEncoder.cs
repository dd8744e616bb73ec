using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// Encodes rows with a product quantizer's codebooks and loss. Owns scratch of 8 bytes a table entry (512 KiB
/// at most), so encoding allocates nothing; one thread at a time.
/// </summary>
/// <remarks>
/// Plain codes are the nearest centroids, the lower of equals. With a threshold the loss couples the
/// sub-spaces, because the error along the row is a sum over them; codes then start at the nearest centroids
/// and each sub-space in turn takes the centroid of least loss, until none changes or after
/// <see cref="PassesMax"/> passes. The loss never rises, and ends in a local minimum.
/// </remarks>
internal sealed class ProductEncoder
{
    /// <summary>Passes over the sub-spaces; two or three are usual.</summary>
    internal const int PassesMax = 10;

    private readonly ProductQuantizer _quantizer;
    private readonly VectorKernels _kernels;
    private readonly double _excess;
    private readonly float[] _distances;
    private readonly float[] _parallels;

    /// <summary>Allocates the scratch.</summary>
    /// <param name="quantizer">Whose codebooks and threshold to use.</param>
    /// <param name="kernels">Null for the best class; codes do not depend on it.</param>
    internal ProductEncoder(ProductQuantizer quantizer, VectorKernels? kernels = null)
    {
        _quantizer = quantizer;
        _kernels = kernels ?? VectorKernels.Best;
        _excess = ScoreAwareLoss.Excess(quantizer.Threshold, quantizer.Dimension);
        _distances = new float[quantizer.TableLength];
        _parallels = new float[_excess > 0 ? quantizer.TableLength : 0];
    }

    /// <summary>Encodes a row. O(centroids x dimension), no allocation.</summary>
    /// <param name="row">
    /// [dimension]; finite, magnitudes up to <see cref="IndexLimits.ComponentMax"/>. For cosine: unit length.
    /// </param>
    /// <param name="codes">[sub-spaces], one a byte, written in full.</param>
    /// <exception cref="VectorException">A component is not allowed; its position is named.</exception>
    /// <exception cref="ArgumentException">Sizes that do not fit.</exception>
    internal void Encode(ReadOnlySpan<float> row, Span<byte> codes)
    {
        ProductQuantizer.CheckLength(row.Length, _quantizer.Dimension, "components");
        ProductQuantizer.CheckLength(codes.Length, _quantizer.Subspaces, "codes");
        TrainingChecks.Vector(_kernels, row);
        Measure(row);
        for (int subspace = 0; subspace < codes.Length; subspace++)
        {
            codes[subspace] = (byte)LloydRun.IndexOfMin(Entries(_distances, subspace));
        }

        if (_excess > 0)
        {
            Descend(codes);
        }
    }

    /// <summary>
    /// Lowers the loss of a checked row's codes from where they are; only for quantizers with a threshold
    /// that weighs.
    /// </summary>
    internal RowLoss Improve(ReadOnlySpan<float> row, Span<byte> codes)
    {
        Measure(row);
        return Descend(codes);
    }

    /// <summary>
    /// Fills the squared distance of every centroid to its part of the row, and the error along the row that
    /// it would leave.
    /// </summary>
    private void Measure(ReadOnlySpan<float> row)
    {
        double norm = _excess > 0 ? RowQuantizer.Norm(row) : 0;
        double inverse = norm > 0 ? 1 / norm : 0;
        Span<float> own = stackalloc float[1];
        for (int subspace = 0; subspace < _quantizer.Subspaces; subspace++)
        {
            ReadOnlySpan<float> part = row.Slice(_quantizer.Offset(subspace), _quantizer.Width(subspace));
            ReadOnlySpan<float> codebook = _quantizer.Codebook(subspace);
            _kernels.DistanceSquared(part, codebook, Entries(_distances, subspace));
            if (_excess > 0)
            {
                Span<float> parallels = Entries(_parallels, subspace);
                _kernels.Dot(part, part, own);
                _kernels.Dot(part, codebook, parallels);
                for (int i = 0; i < parallels.Length; i++)
                {
                    parallels[i] = (float)(((double)own[0] - parallels[i]) * inverse);
                }
            }
        }
    }

    private RowLoss Descend(Span<byte> codes)
    {
        double parallel = 0;
        double squares = 0;
        for (int subspace = 0; subspace < codes.Length; subspace++)
        {
            parallel += Entries(_parallels, subspace)[codes[subspace]];
            squares += Entries(_distances, subspace)[codes[subspace]];
        }

        bool changed = true;
        for (int pass = 0; pass < PassesMax && changed; pass++)
        {
            changed = false;
            for (int subspace = 0; subspace < codes.Length; subspace++)
            {
                Span<float> distances = Entries(_distances, subspace);
                Span<float> parallels = Entries(_parallels, subspace);
                int code = codes[subspace];
                double others = parallel - parallels[code];
                int best = Best(distances, parallels, others, code);
                if (best != code)
                {
                    codes[subspace] = (byte)best;
                    squares += (double)distances[best] - distances[code];
                    parallel = others + parallels[best];
                    changed = true;
                }
            }
        }

        return new RowLoss(squares, parallel, squares + (_excess * parallel * parallel));
    }

    /// <summary>The centroid of least loss given the other sub-spaces; the present one of equals.</summary>
    private int Best(
        ReadOnlySpan<float> distances, ReadOnlySpan<float> parallels, double others, int present)
    {
        int best = present;
        double along = others + parallels[present];
        double least = distances[present] + (_excess * along * along);
        for (int i = 0; i < distances.Length; i++)
        {
            along = others + parallels[i];
            double loss = distances[i] + (_excess * along * along);
            if (loss < least)
            {
                least = loss;
                best = i;
            }
        }

        return best;
    }

    private Span<float> Entries(float[] tables, int subspace)
        => tables.AsSpan(subspace << _quantizer.Bits, _quantizer.Centroids);
}
