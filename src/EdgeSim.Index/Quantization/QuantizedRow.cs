namespace EdgeSim.Index.Quantization;

/// <summary>The side numbers of a row of codes.</summary>
/// <param name="Scale">A code times this is the component.</param>
/// <param name="SquareSum">
/// Sum of the squared codes: exact, at most 4096 x 127^2, and scale^2 times it is the squared length.
/// </param>
/// <param name="CodeSum">
/// Sum of the codes: unsigned x signed instructions need it to take back their bias.
/// </param>
internal readonly record struct QuantizedRow(float Scale, int SquareSum, int CodeSum);
