namespace EdgeSim.Index.Storage.Torture;

/// <summary>How much of what nobody had synced reached the disk before the power went.</summary>
internal enum CutMode
{
    /// <summary>All of it: what a killed process leaves.</summary>
    Prefix,

    /// <summary>Nothing of it.</summary>
    Synced,

    /// <summary>By the seed: some sectors, some lengths, some names.</summary>
    Random,

    /// <summary>Like Random, and in each file one sector is part new, part old.</summary>
    Torn,
}
