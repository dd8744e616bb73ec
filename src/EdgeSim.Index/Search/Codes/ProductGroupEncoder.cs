using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Codes;

/// <summary>Product codes of groups of vectors, with offsets where distances are estimated.</summary>
internal sealed class ProductGroupEncoder : GroupEncoder
{
    private readonly ColumnVectors _vectors;
    private readonly CodeLists _lists;
    private readonly float[] _mean;
    private readonly ProductQuantizer _quantizer;
    private readonly ProductEncoder _encoder;
    private readonly float[] _row;
    private readonly float[] _residual;
    private readonly float[] _decoded;
    private readonly byte[] _codes;

    internal ProductGroupEncoder(
        ColumnVectors vectors,
        CodeLists lists,
        float[] mean,
        ProductQuantizer quantizer,
        CodebookTiles tiles)
    {
        _vectors = vectors;
        _lists = lists;
        _mean = mean;
        _quantizer = quantizer;
        _encoder = new ProductEncoder(quantizer, null, tiles);
        _row = new float[quantizer.Dimension];
        _residual = new float[quantizer.Dimension];
        _decoded = new float[quantizer.Dimension];
        _codes = new byte[CodeGroups.Rows * quantizer.Subspaces];
    }

    /// <inheritdoc/>
    internal override void Encode(int list, int first, int count, Span<byte> group)
    {
        bool hasOffsets = _vectors.Metric == Metric.Euclid;
        Span<float> offsets = hasOffsets ? CodeGroups.TakeFloats(ref group, count) : default;
        for (int i = 0; i < count; i++)
        {
            Span<byte> codes = _codes.AsSpan(i * _quantizer.Subspaces, _quantizer.Subspaces);
            _vectors.Decode(first + i, _row);
            _row.CopyTo(_residual, 0);
            _lists.Subtract(list, _residual);
            _encoder.Encode(_residual, _row, codes);
            if (hasOffsets)
            {
                offsets[i] = Offset(list, codes);
            }
        }

        ReadOnlySpan<byte> all = _codes.AsSpan(0, count * _quantizer.Subspaces);
        if (_quantizer.Bits == 4)
        {
            NibbleBlocks.Pack(all, _quantizer.Subspaces, group);
        }
        else
        {
            all.CopyTo(group);
        }
    }

    /// <summary>
    /// With the mean as origin, y the decoded vector and e = x - y: |q - x|^2 = |q|^2 - 2 q.y +
    /// (|y|^2 - |e|^2) - 2 (q - x).e. The last term is what remains as the error, and it is small where q is
    /// near x; the bracket is the offset.
    /// </summary>
    private float Offset(int list, ReadOnlySpan<byte> codes)
    {
        ReadOnlySpan<float> centroid = _lists.Centroid(list);
        _quantizer.Decode(codes, _decoded);
        double squares = 0;
        for (int i = 0; i < _decoded.Length; i++)
        {
            double value = _decoded[i] + (centroid.IsEmpty ? 0.0 : centroid[i]);
            double error = _row[i] - value;
            value -= _mean[i];
            squares += (value * value) - (error * error);
        }

        return (float)squares;
    }
}
