namespace EdgeSim.Commands.Ann;

/// <summary>How hard a strategy is to try: one operating point.</summary>
/// <param name="Name">
/// What is set, e.g. <c>ef</c>; <c>recall</c> when the strategy is asked for a recall; "" for none.
/// </param>
/// <param name="Value">To what.</param>
internal readonly record struct AnnEffort(string Name, double Value)
{
    /// <summary>For strategies that know one way only.</summary>
    internal static AnnEffort Only => new("", 0);

    /// <summary>A recall, and the strategy finds out what that takes.</summary>
    internal static AnnEffort OfRecall(double recall) => new("recall", recall);

    /// <summary>One setting, from the fastest to the most thorough.</summary>
    internal static IReadOnlyList<AnnEffort> Of(string name, params double[] values)
        => [.. values.Select(value => new AnnEffort(name, value))];

    /// <summary>As the lines name it, after the strategy: " ef=64".</summary>
    public override string ToString() => Name.Length == 0 ? "" : $" {Name}={Value}";
}
