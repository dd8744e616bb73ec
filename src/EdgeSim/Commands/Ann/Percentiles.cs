namespace EdgeSim.Commands.Ann;

/// <summary>Percentiles by nearest rank: always a value that was measured, never one in between.</summary>
internal static class Percentiles
{
    /// <summary>The smallest value that at least so many percent of all values do not exceed.</summary>
    /// <param name="sorted">Ascending, at least one.</param>
    /// <param name="percent">More than 0, at most 100.</param>
    internal static double Of(ReadOnlySpan<double> sorted, double percent)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        int rank = (int)Math.Ceiling(percent / 100 * sorted.Length);
        return sorted[Math.Max(rank, 1) - 1];
    }
}
