namespace EdgeSim.Encoders.Conversion.TensorFlowLite;

/// <summary>A tensor of the graph.</summary>
/// <param name="Name">
/// Names of the operators that were fused into its producer, separated by semicolons.
/// </param>
/// <param name="Shape">Sides, each at least 1; none: a scalar.</param>
/// <param name="Kind">Element type.</param>
/// <param name="Data">
/// Its constant, little endian; empty where an operator computes it. A view of the file.
/// </param>
internal sealed record TensorFlowLiteTensor(
    string Name, int[] Shape, ElementKind Kind, ArraySegment<byte> Data)
{
    /// <summary>The name as a person knows it: what stands before the first semicolon.</summary>
    public string ShortName => Name.IndexOf(';') is var end and >= 0 ? Name[..end] : Name;
}
