namespace EdgeSim.Index;

/// <summary>How a vector's rows are found: fixed when the collection is created.</summary>
public sealed record IndexOptions
{
    /// <summary>The engine chooses, for 95 of 100 true matches.</summary>
    public static IndexOptions Default { get; } = new();

    /// <summary>What is built when a segment is sealed.</summary>
    public IndexKind Kind { get; init; } = IndexKind.Auto;

    /// <summary>
    /// The recall of searches that do not name one (<see cref="SearchOptions.Recall"/>), more than 0 and up
    /// to 1. What is built is measured against it: one-bit codes that miss it are not used.
    /// </summary>
    public float Recall { get; init; } = 0.95f;

    internal void Validate()
    {
        if (Kind is < IndexKind.Auto or > IndexKind.Hnsw)
        {
            throw new ArgumentException(
                $"Kind is {(int)Kind}; allowed are {string.Join(", ", Enum.GetNames<IndexKind>())}.",
                nameof(Kind));
        }

        if (Recall is not (> 0f and <= 1f))
        {
            throw new ArgumentException(
                $"Recall is {Recall}; allowed are more than 0 and at most 1.", nameof(Recall));
        }
    }
}
