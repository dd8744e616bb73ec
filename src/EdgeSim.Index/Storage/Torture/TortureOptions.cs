namespace EdgeSim.Index.Storage.Torture;

/// <summary>How long and how hard.</summary>
internal readonly record struct TortureOptions()
{
    /// <summary>Of the first program; the next ones have the seeds that follow.</summary>
    internal ulong Seed { get; init; } = 1;

    /// <summary>Programs to run; each is cut everywhere.</summary>
    internal int Programs { get; init; } = 1;

    /// <summary>Stops after about so many cuts.</summary>
    internal long CutsMax { get; init; } = long.MaxValue;

    /// <summary>Random cuts at each step, besides one of mode Prefix and one of mode Synced.</summary>
    internal int RandomCutsPerStep { get; init; } = 4;

    /// <summary>Cuts of mode Torn at each step; 0 for a disk whose sectors are atomic.</summary>
    internal int TornCutsPerStep { get; init; } = 1;

    /// <summary>
    /// After one cut in so many, the recovery and the program that goes on are cut again; 0 for never.
    /// </summary>
    internal int SecondLifeEvery { get; init; } = 20;

    /// <summary>Cuts of each second life, most of them in its recovery or shortly after it.</summary>
    internal int CutsPerSecondLife { get; init; } = 10;

    internal int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// A new directory that gets the disk of a failure as the power cut left it, and beside it the trace;
    /// null for none.
    /// </summary>
    internal string? KeepFailureIn { get; init; }
}
