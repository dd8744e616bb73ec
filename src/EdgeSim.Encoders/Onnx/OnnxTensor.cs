namespace EdgeSim.Encoders.Onnx;

/// <summary>A named dense tensor that crosses into ONNX Runtime: exactly one of the arrays is set.</summary>
/// <param name="Name">Graph input or output.</param>
/// <param name="Shape">
/// Row-major; the product is the number of leading elements of the array that are used.
/// </param>
public sealed record OnnxTensor(string Name, long[] Shape)
{
    public float[]? Floats { get; init; }

    public long[]? Int64s { get; init; }

    /// <summary>Elements that <see cref="Shape"/> describes.</summary>
    public int Count
    {
        get
        {
            long count = 1;
            foreach (long side in Shape)
            {
                count *= side;
            }

            return checked((int)count);
        }
    }
}
