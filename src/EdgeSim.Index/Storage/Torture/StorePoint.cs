using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage.Torture;

/// <summary>A point that a collection must hold.</summary>
/// <param name="Payload">Its payload, as bytes.</param>
/// <param name="Vectors">Its vectors as they are read back, null where it has none.</param>
internal sealed record StorePoint(StorePayload Payload, float[]?[] Vectors)
{
    private byte[]? _bytes;

    internal byte[] Bytes => _bytes ??= Payload.ToBytes();

    /// <summary>What is read back of a vector that was stored.</summary>
    internal static float[] Stored(VectorOptions options, float[] vector)
    {
        var codes = new sbyte[options.Stride];
        QuantizedRow side = RowQuantizer.Quantize(vector, options.Metric, codes);
        var stored = new float[options.Dimension];
        for (int i = 0; i < stored.Length; i++)
        {
            stored[i] = codes[i] * side.Scale;
        }

        return stored;
    }
}
