namespace EdgeSim.Index.Kernels;

/// <summary>
/// What a row of one-bit codes must reach to be measured: with its norm n, reach r, number of ones o, centre
/// product c and sum s, it is beyond hope where
/// Needed + PerSquare n^2 - c - r (PerSum s + PerOne o - Constant) - SlackPerNorm n - Slack
/// exceeds Deviation sqrt(r - NormShare n) sqrt(r + NormShare n). Roots and no squares, so that neither the
/// smallest nor the largest vectors lose their bound.
/// </summary>
/// <param name="PerSum">What a unit of the sum is worth.</param>
/// <param name="PerOne">What a one is worth.</param>
/// <param name="Constant">What is taken off.</param>
/// <param name="Needed">The inner product of the residuals that is needed, for a row at the centre.</param>
/// <param name="PerSquare">How much more is needed for each unit of the squared norm.</param>
/// <param name="Deviation">How far the estimate may be off, for each unit of what follows.</param>
/// <param name="NormShare">The part of the norm that is taken off the reach, as squares are.</param>
/// <param name="SlackPerNorm">Allowed for rounding, for each unit of the norm.</param>
/// <param name="Slack">Allowed for rounding.</param>
public readonly record struct BitBound(
    float PerSum,
    float PerOne,
    float Constant,
    float Needed,
    float PerSquare,
    float Deviation,
    float NormShare,
    float SlackPerNorm,
    float Slack)
{
    /// <summary>The law for one row: in float, in this order.</summary>
    internal bool IsBeyond(int sum, float norm, float reach, float ones, float centreDot)
    {
        float square = norm * norm;
        float product = reach * MathF.FusedMultiplyAdd(
            PerSum, sum, MathF.FusedMultiplyAdd(PerOne, ones, -Constant));
        float missing = MathF.FusedMultiplyAdd(
            PerSquare, square, MathF.FusedMultiplyAdd(-SlackPerNorm, norm, Needed - Slack));
        missing = missing - centreDot - product;
        float less = reach - (NormShare * norm);
        float more = reach + (NormShare * norm);
        return missing > MathF.Sqrt(less > 0 ? less : 0f) * MathF.Sqrt(more) * Deviation;
    }
}
