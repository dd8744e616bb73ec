namespace EdgeSim.Encoders.Conversion.TensorFlowLite;

/// <summary><c>Padding</c> of the TensorFlow Lite schema.</summary>
internal enum PaddingKind : byte
{
    /// <summary>
    /// Output side = ceil(input side / stride); where the zeros do not halve, the odd one goes to the end.
    /// </summary>
    Same = 0,

    /// <summary>No zeros.</summary>
    Valid = 1,
}
