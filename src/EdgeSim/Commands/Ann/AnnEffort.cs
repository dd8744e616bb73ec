namespace EdgeSim.Commands.Ann;

/// <summary>How hard a strategy is to try: one operating point.</summary>
/// <param name="Name">
/// What is set, e.g. <c>ef</c>; <c>recall</c> when the strategy is asked for a recall; "" for none.
/// </param>
/// <param name="Value">To what.</param>
/// <param name="Rescored">Rows compared after their compressed codes; 0: as the strategy finds right.</param>
internal readonly record struct AnnEffort(string Name, double Value, int Rescored = 0)
{
    internal const string RecallName = "recall";

    /// <summary>For strategies that know one way only.</summary>
    internal static AnnEffort Only => new("", 0);

    /// <summary>A recall, and the strategy finds out what that takes.</summary>
    internal static AnnEffort OfRecall(double recall) => new(RecallName, recall);

    /// <summary>Settings from the fastest to the most thorough.</summary>
    internal static IReadOnlyList<AnnEffort> Of(string name, int[] values, params int[] rescored)
        => rescored.Length == 0
            ? [.. values.Select(value => new AnnEffort(name, value))]
            : [.. rescored.SelectMany(rows => values.Select(value => new AnnEffort(name, value, rows)))];

    /// <summary>As the lines name it, after the strategy: " lists=64 rescored=120".</summary>
    public override string ToString()
        => (Name.Length == 0 ? "" : $" {Name}={Value}") + (Rescored == 0 ? "" : $" rescored={Rescored}");
}
