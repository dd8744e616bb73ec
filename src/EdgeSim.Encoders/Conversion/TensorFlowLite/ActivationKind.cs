namespace EdgeSim.Encoders.Conversion.TensorFlowLite;

/// <summary>
/// <c>ActivationFunctionType</c> of the TensorFlow Lite schema: what is fused behind an operator.
/// </summary>
internal enum ActivationKind : byte
{
    None = 0,
    Relu = 1,

    /// <summary>min(max(x, 0), 6).</summary>
    Relu6 = 3,
}
