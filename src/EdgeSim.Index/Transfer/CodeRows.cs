using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Transfer;

/// <summary>Rows that come as codes.</summary>
internal static class CodeRows
{
    /// <summary>The numbers beside codes that were made elsewhere.</summary>
    /// <exception cref="VectorException">They cannot be stored.</exception>
    internal static QuantizedRow SideOf(ReadOnlySpan<sbyte> codes, float scale, Metric metric)
    {
        int forbidden = codes.IndexOf((sbyte)-128);
        if (forbidden >= 0)
        {
            throw new VectorException(
                $"Code {forbidden} is -128; allowed are -127 to 127. Give the vector as floats.");
        }

        if (!float.IsFinite(scale) || scale <= 0)
        {
            throw new VectorException($"The scale is {scale}; allowed are positive finite numbers.");
        }

        QuantizedRow side = LogBody.SideOf(codes, scale);
        if (side.SquareSum == 0)
        {
            return metric != Metric.Cosine
                ? default
                : throw new VectorException(
                    "Every code is zero: a zero vector has no direction, so cosine cannot compare it.");
        }

        if (metric == Metric.Cosine)
        {
            return side with { Scale = (float)(1.0 / Math.Sqrt(side.SquareSum)) };
        }

        return scale * RowQuantizer.CodeMax <= IndexLimits.ComponentMax
            ? side
            : throw new VectorException(
                $"The scale is {scale}; components up to {IndexLimits.ComponentMax} are allowed.");
    }
}
