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
    private readonly CodebookTiles _tiles;
    private readonly VectorKernels _kernels;
    private readonly double _excess;
    private readonly float[] _distances;
    private readonly float[] _alongs;
    private readonly float[] _scaled;

    /// <summary>Allocates the scratch.</summary>
    /// <param name="quantizer">Whose codebooks and threshold to use.</param>
    /// <param name="kernels">Null for the best class; codes do not depend on it.</param>
    /// <param name="tiles">Its codebooks as tiles, shared with others; null: its own.</param>
    internal ProductEncoder(
        ProductQuantizer quantizer, VectorKernels? kernels = null, CodebookTiles? tiles = null)
    {
        _quantizer = quantizer;
        _tiles = tiles ?? new CodebookTiles(quantizer);
        _kernels = kernels ?? VectorKernels.Best;
        _excess = ScoreAwareLoss.Excess(quantizer.Threshold, quantizer.Dimension);
        _distances = new float[quantizer.TableLength];
        _alongs = new float[_excess > 0 ? quantizer.TableLength : 0];
        _scaled = new float[quantizer.Dimension];
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
        Encode(row, row, codes);
    }

    /// <summary>Encodes a checked row.</summary>
    /// <param name="row">[dimension].</param>
    /// <param name="direction">
    /// [dimension]: along which errors weigh more, of any length; the row itself, or what the row is the
    /// residual of.
    /// </param>
    /// <param name="codes">[sub-spaces], written in full.</param>
    internal void Encode(ReadOnlySpan<float> row, ReadOnlySpan<float> direction, Span<byte> codes)
    {
        MeasureDistances(row);
        codes.Clear();
        float unused = 0;
        _kernels.ImproveCodes(_distances, default, 0, codes, ref unused);
        if (_excess > 0)
        {
            Descend(MeasureAlongs(row, direction), codes);
        }
    }

    /// <summary>
    /// Takes the nearest centroids of a checked row whatever the threshold; returns the squared error.
    /// </summary>
    internal double EncodePlain(ReadOnlySpan<float> row, Span<byte> codes)
    {
        MeasureDistances(row);
        float unused = 0;
        _kernels.ImproveCodes(_distances, default, 0, codes, ref unused);
        return SquaredError(row, codes);
    }

    /// <summary>
    /// Lowers the loss of a checked row's codes from where they are; only for quantizers with a threshold
    /// that weighs.
    /// </summary>
    internal RowLoss Improve(ReadOnlySpan<float> row, Span<byte> codes) => Improve(row, row, codes);

    /// <inheritdoc cref="Improve(ReadOnlySpan{float}, Span{byte})"/>
    internal RowLoss Improve(ReadOnlySpan<float> row, ReadOnlySpan<float> direction, Span<byte> codes)
    {
        MeasureDistances(row);
        double along = Descend(MeasureAlongs(row, direction), codes);
        double squares = SquaredError(row, codes);
        return new RowLoss(squares, along, squares + (_excess * along * along));
    }

    private double SquaredError(ReadOnlySpan<float> row, ReadOnlySpan<byte> codes)
    {
        Span<float> own = stackalloc float[1];
        _kernels.Dot(row, row, own);
        double squares = own[0];
        for (int subspace = 0; subspace < codes.Length; subspace++)
        {
            squares += _distances[(subspace << _quantizer.Bits) + codes[subspace]];
        }

        return Math.Max(squares, 0);
    }

    /// <summary>Squared distances of the centroids to their part of the row, less its square.</summary>
    private void MeasureDistances(ReadOnlySpan<float> row)
    {
        for (int i = 0; i < row.Length; i++)
        {
            _scaled[i] = -2f * row[i];
        }

        _tiles.Distances(_kernels, _scaled, _distances);
    }

    /// <summary>
    /// What every centroid takes off along the direction; returns what there is before any has.
    /// </summary>
    private double MeasureAlongs(ReadOnlySpan<float> row, ReadOnlySpan<float> direction)
    {
        Span<float> dot = stackalloc float[1];
        double norm = RowQuantizer.Norm(direction);
        float inverse = norm > 0 ? (float)(-1 / norm) : 0f;
        for (int i = 0; i < direction.Length; i++)
        {
            _scaled[i] = inverse * direction[i];
        }

        _tiles.Dots(_kernels, _scaled, _alongs);
        _kernels.Dot(_scaled, row, dot);
        return -(double)dot[0];
    }

    private double Descend(double along, Span<byte> codes)
    {
        for (int pass = 0; ; pass++)
        {
            // Summed anew each time, so that rounding does not pile up.
            double left = along;
            for (int subspace = 0; subspace < codes.Length; subspace++)
            {
                left += _alongs[(subspace << _quantizer.Bits) + codes[subspace]];
            }

            float changing = (float)left;
            if (pass == PassesMax
                || _kernels.ImproveCodes(_distances, _alongs, (float)_excess, codes, ref changing) == 0)
            {
                return left;
            }
        }
    }
}
