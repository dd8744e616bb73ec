namespace EdgeSim.Encoders.Conversion.TensorFlowLite;

/// <summary>
/// <c>BuiltinOperator</c> of the TensorFlow Lite schema: the operators in the file we convert. Another number
/// is another operator; who meets it decides whether that matters.
/// </summary>
internal enum OperatorKind
{
    Add = 0,
    Concatenation = 2,
    Convolution = 3,
    DepthwiseConvolution = 4,
    Dequantize = 6,
    Reshape = 22,
}
