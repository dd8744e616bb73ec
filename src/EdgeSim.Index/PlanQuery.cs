using EdgeSim.Index.Search.Planning;

namespace EdgeSim.Index;

/// <summary>What a plan is asked for: a search that has not been made.</summary>
public sealed record PlanQuery
{
    /// <summary>Which vector of the points; null: the first.</summary>
    public string? Vector { get; init; }

    /// <summary>The share of true matches, more than 0 and up to 1; null: the collection's.</summary>
    public float? Recall { get; init; }

    /// <summary>Matches, 1 to <see cref="IndexLimits.KMax"/>.</summary>
    public int K { get; init; } = 10;

    /// <summary>The share of the rows that a filter means, more than 0 and up to 1.</summary>
    public double Selectivity { get; init; } = 1;

    /// <summary>Memory for the mapped files; null: as much as they take.</summary>
    public long? ResidentBytes { get; init; }

    /// <summary>The machine.</summary>
    public SearchCosts Costs { get; init; } = SearchCosts.Default;

    /// <exception cref="ArgumentException">A number is out of range.</exception>
    internal void Validate()
    {
        if (Recall is { } recall && recall is not (> 0f and <= 1f))
        {
            throw new ArgumentException($"Recall is {recall}; allowed are more than 0 and at most 1.");
        }

        if (K is < 1 or > IndexLimits.KMax)
        {
            throw new ArgumentException($"K is {K}; allowed are 1 to {IndexLimits.KMax}.");
        }

        if (Selectivity is not (> 0 and <= 1))
        {
            throw new ArgumentException(
                $"Selectivity is {Selectivity}; allowed are more than 0 and at most 1.");
        }

        if (ResidentBytes is < 0)
        {
            throw new ArgumentException($"ResidentBytes is {ResidentBytes}; allowed are 0 and more.");
        }
    }
}
