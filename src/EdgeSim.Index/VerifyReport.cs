namespace EdgeSim.Index;

/// <summary>What a verification found.</summary>
public sealed record VerifyReport
{
    /// <summary>The collection's directory.</summary>
    public required string Path { get; init; }

    /// <summary>Points; null where the damage leaves that open.</summary>
    public required long? Points { get; init; }

    /// <summary>Segment files read.</summary>
    public required int Segments { get; init; }

    /// <summary>Log files read.</summary>
    public required int Logs { get; init; }

    /// <summary>Bytes read.</summary>
    public required long Bytes { get; init; }

    /// <summary>Errors, those beyond <see cref="IndexLimits.ProblemsMax"/> included.</summary>
    public required long ErrorCount { get; init; }

    /// <summary>
    /// What was found: the first <see cref="IndexLimits.ProblemsMax"/> errors, and as many notes.
    /// </summary>
    public required IReadOnlyList<VerifyProblem> Problems { get; init; }

    /// <summary>Whether everything is as it was written.</summary>
    public bool IsSound => ErrorCount == 0;
}
