namespace EdgeSim.Index;

/// <summary>
/// What a repair did, and what it could not save. The same is in <c>report.txt</c> beside the files set
/// aside.
/// </summary>
public sealed record RepairReport
{
    /// <summary>The verification before: what was wrong.</summary>
    public required VerifyReport Before { get; init; }

    /// <summary>Whether anything was done; a sound collection is left as it is.</summary>
    public required bool IsRepaired { get; init; }

    /// <summary>Points now.</summary>
    public required long Points { get; init; }

    /// <summary>Points that are gone for certain: they were there and cannot be read any more.</summary>
    public long PointsLost { get; init; }

    /// <summary>Of these, points whose keys cannot be read either.</summary>
    public long PointsLostUnnamed { get; init; }

    /// <summary>
    /// The keys of the points lost, as far as they are known: the first
    /// <see cref="IndexLimits.LostKeysMax"/>.
    /// </summary>
    public IReadOnlyList<Key> LostKeys { get; init; } = [];

    /// <summary>
    /// Vectors lost of points that are there. Where nothing says any more whether a point had that vector, it
    /// counts.
    /// </summary>
    public long VectorsLostCount { get; init; }

    /// <summary>The first <see cref="IndexLimits.LostKeysMax"/> of these.</summary>
    public IReadOnlyList<LostVector> VectorsLost { get; init; } = [];

    /// <summary>
    /// Batches of the logs that cannot be read: what they inserted, replaced and deleted has not happened.
    /// </summary>
    public long BatchesLost { get; init; }

    /// <summary>What was lost where.</summary>
    public IReadOnlyList<RepairLoss> Losses { get; init; } = [];

    /// <summary>What nobody can know any more, and what was assumed.</summary>
    public IReadOnlyList<string> Uncertain { get; init; } = [];

    /// <summary>Where the files are that were replaced or damaged; null when none were.</summary>
    public string? AsideFolder { get; init; }

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> AsideFiles { get; init; } = [];
}
