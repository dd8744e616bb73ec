using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Codes;

/// <summary>One-bit codes of groups of vectors with the numbers beside them.</summary>
internal sealed class BitGroupEncoder : GroupEncoder
{
    private readonly ColumnVectors _vectors;
    private readonly CodeLists _lists;
    private readonly Rotation _rotation;
    private readonly float[] _zeros;
    private RaBitQuantizer? _quantizer;
    private int _list = -1;

    internal BitGroupEncoder(ColumnVectors vectors, CodeLists lists, Rotation rotation)
    {
        _vectors = vectors;
        _lists = lists;
        _rotation = rotation;
        _zeros = new float[vectors.Dimension];
    }

    /// <inheritdoc/>
    internal override void Encode(int list, int first, int count, Span<byte> group)
    {
        RaBitQuantizer quantizer = Quantizer(list);
        Span<float> norms = CodeGroups.TakeFloats(ref group, count);
        Span<float> reaches = CodeGroups.TakeFloats(ref group, count);
        Span<float> ones = CodeGroups.TakeFloats(ref group, count);
        Span<float> centreDots = _vectors.Metric == Metric.Dot
            ? CodeGroups.TakeFloats(ref group, count)
            : default;
        for (int i = 0; i < count; i++)
        {
            RaBitRow row = quantizer.Encode(
                VectorKernels.Best,
                _vectors.Codes(first + i),
                _vectors.Scale(first + i),
                group.Slice(i * quantizer.RowBytes, quantizer.RowBytes));
            norms[i] = row.Norm;
            reaches[i] = row.Reach;
            ones[i] = row.Ones;
            if (!centreDots.IsEmpty)
            {
                centreDots[i] = row.CentreDot;
            }
        }
    }

    private RaBitQuantizer Quantizer(int list)
    {
        if (_quantizer is null || _list != list)
        {
            ReadOnlySpan<float> centroid = _lists.Centroid(list);
            _quantizer = new RaBitQuantizer(
                _rotation, _vectors.Metric, centroid.IsEmpty ? _zeros : centroid);
            _list = list;
        }

        return _quantizer;
    }
}
