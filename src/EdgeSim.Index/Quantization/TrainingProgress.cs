namespace EdgeSim.Index.Quantization;

/// <summary>How far a training has come, reported after each step.</summary>
/// <param name="Done">Steps done.</param>
/// <param name="Total">Steps at most; a training that has converged ends earlier.</param>
/// <param name="Error">
/// Mean loss a row after this step, in squared units of the components. A product quantizer reports the sum
/// over the sub-spaces trained so far, then the score-aware loss.
/// </param>
public readonly record struct TrainingProgress(int Done, int Total, double Error);
