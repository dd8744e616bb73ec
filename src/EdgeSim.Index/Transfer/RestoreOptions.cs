namespace EdgeSim.Index.Transfer;

/// <summary>How a backup becomes a collection again.</summary>
public readonly record struct RestoreOptions()
{
    /// <summary>Whether a collection that is in the place may be removed for it.</summary>
    public bool Overwrites { get; init; }

    /// <summary>Told how many bytes have been copied, of how many.</summary>
    public Action<long, long>? Progress { get; init; }
}
