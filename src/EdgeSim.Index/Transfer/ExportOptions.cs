namespace EdgeSim.Index.Transfer;

/// <summary>What is written of a collection, and where.</summary>
public readonly record struct ExportOptions()
{
    /// <summary>
    /// For formats of vectors: which vector, null for the collection's first. Formats of points have all.
    /// </summary>
    public string? Vector { get; init; }

    /// <summary>Whether files that are there may be written over.</summary>
    public bool Overwrites { get; init; }

    /// <summary>Told how many points have been written, of how many.</summary>
    public Action<long, long>? Progress { get; init; }
}
