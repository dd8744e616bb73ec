namespace EdgeSim.Encoders.Conversion.TensorFlowLite;

/// <summary>An operator of the graph. Options that its kind does not have stay 0.</summary>
/// <param name="Kind">What it computes.</param>
/// <param name="Inputs">Indices into the tensors; -1 is an optional input that is left out.</param>
/// <param name="Outputs">Indices into the tensors.</param>
internal sealed record TensorFlowLiteOperator(OperatorKind Kind, int[] Inputs, int[] Outputs)
{
    public PaddingKind Padding { get; init; }

    public int StrideWidth { get; init; }

    public int StrideHeight { get; init; }

    public int DilationWidth { get; init; }

    public int DilationHeight { get; init; }

    public int DepthMultiplier { get; init; }

    public ActivationKind Activation { get; init; }
}
