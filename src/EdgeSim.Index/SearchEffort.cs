namespace EdgeSim.Index;

/// <summary>
/// A strategy and how hard it tries, for measurements: everybody else asks for a recall
/// (<see cref="SearchOptions.Recall"/>) and leaves the rest to what was measured when the rows were sealed.
/// Segments without the structures of the strategy are scanned.
/// </summary>
/// <param name="Strategy">How rows are found; not <see cref="SearchStrategy.Mixed"/>.</param>
/// <param name="Breadth">
/// Lists that are probed, or rows that a walk along links keeps, 1 to <see cref="IndexLimits.EffortMax"/>.
/// </param>
/// <param name="Rescored">
/// Rows that are compared after their compressed codes, 0 to <see cref="IndexLimits.EffortMax"/>; 0: what the
/// strategy finds right.
/// </param>
public readonly record struct SearchEffort(SearchStrategy Strategy, int Breadth, int Rescored = 0)
{
    /// <summary>Every row.</summary>
    public static SearchEffort Flat => default;

    /// <exception cref="ArgumentException">A number is out of range.</exception>
    internal void Validate()
    {
        if (Strategy is < SearchStrategy.Flat or >= SearchStrategy.Mixed
            || (Strategy != SearchStrategy.Flat && Breadth is < 1 or > IndexLimits.EffortMax)
            || Rescored is < 0 or > IndexLimits.EffortMax)
        {
            throw new ArgumentException(
                $"The effort is {Strategy}, breadth {Breadth}, rescored {Rescored}; allowed are a single "
                + $"strategy, a breadth of 1 to {IndexLimits.EffortMax} and 0 to {IndexLimits.EffortMax} "
                + $"rows "
                + "rescored.");
        }
    }
}
