using System.Runtime.InteropServices;
using EdgeSim.Encoders.Onnx.Format;
using Google.Protobuf;
using DataType = EdgeSim.Encoders.Onnx.Format.TensorProto.Types.DataType;

namespace EdgeSim.Encoders.Quantization;

/// <summary>Reads and makes ONNX constants.</summary>
internal static class TensorData
{
    /// <summary>
    /// Values of a float constant, whichever of the format's two places holds them. Copies.
    /// </summary>
    public static float[] Floats(TensorProto tensor)
    {
        float[] values = tensor.HasRawData
            ? MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray()
            : [.. tensor.FloatData];
        long count = tensor.Dims.Aggregate(1L, (product, side) => checked(product * side));
        return values.Length == count
            ? values
            : throw new ModelException(
                $"Constant '{tensor.Name}' of shape [{string.Join(", ", tensor.Dims)}] has "
                + $"{values.Length} values.");
    }

    /// <summary>Makes a constant from values in memory order.</summary>
    public static TensorProto Constant<T>(
        string name, DataType type, ReadOnlySpan<long> dims, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)type,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
        };
        foreach (long side in dims)
        {
            tensor.Dims.Add(side);
        }

        return tensor;
    }
}
