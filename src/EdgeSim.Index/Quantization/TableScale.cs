namespace EdgeSim.Index.Quantization;

/// <summary>
/// Turns the integer sums of a fast scan back into dot products or squared distances. The sum of the float
/// table entries lies within <see cref="ErrorBound"/> of the value returned.
/// </summary>
/// <param name="Step">What one unit of a sum is worth; 0 if every table is constant.</param>
/// <param name="Bias">Value of the sum 0: the sum over the sub-spaces of the smallest entries.</param>
/// <param name="Subspaces">Sub-spaces, for the bound.</param>
internal readonly record struct TableScale(double Step, double Bias, int Subspaces)
{
    /// <summary>
    /// Half a step for each sub-space, as each byte is rounded to nearest; the slack covers the double
    /// arithmetic in which that is done.
    /// </summary>
    internal double ErrorBound => (Subspaces * Step * (0.5 + 1e-12)) + (Math.Abs(Bias) * 1e-13);

    /// <summary>The value that a sum of <c>ScanNibbles</c> stands for.</summary>
    internal double Value(ushort sum) => Bias + (Step * sum);
}
