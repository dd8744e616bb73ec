namespace EdgeSim.Index.Quantization;

/// <summary>What a row's codes lose.</summary>
/// <param name="SquaredError">Squared distance between the row and its decoded codes.</param>
/// <param name="Parallel">The part of that difference along the row, signed, in the row's units.</param>
/// <param name="Loss">The score-aware loss.</param>
internal readonly record struct RowLoss(double SquaredError, double Parallel, double Loss);
