namespace EdgeSim.Encoders.Conversion.TensorFlowLite;

/// <summary>
/// <c>TensorType</c> of the TensorFlow Lite schema: the kinds that this reader turns into floats.
/// </summary>
internal enum ElementKind : byte
{
    Float32 = 0,
    Float16 = 1,
}
