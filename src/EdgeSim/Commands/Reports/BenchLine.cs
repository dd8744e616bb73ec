namespace EdgeSim.Commands.Reports;

/// <summary>One input through one model.</summary>
/// <param name="Input">What was encoded.</param>
/// <param name="BareMs">ONNX Runtime alone on a ready tensor of the same shape.</param>
/// <param name="WholeMs">Bytes or text in, embedding out.</param>
/// <param name="Ratio">WholeMs / BareMs.</param>
public sealed record BenchLine(string Model, string Input, double BareMs, double WholeMs, double Ratio);
