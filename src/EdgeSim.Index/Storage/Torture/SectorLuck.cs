namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// When each sector of a file was last written back before the cut, by a seed. How lucky sectors are is drawn
/// once per file: disks that lost all, one, half or nothing are all likely.
/// </summary>
internal readonly struct SectorLuck(ulong seed, int changes)
{
    private const int StyleCount = 6;

    private readonly int _style = (int)(seed % StyleCount);

    /// <summary>How many of the file's unsynced changes the sector has seen: 0 to all.</summary>
    internal int Reach(long sector)
    {
        SplitMix64 random = At(sector);
        return _style switch
        {
            0 => changes,
            1 => 0,
            2 => random.Below(2) * changes,
            3 => random.Below(changes + 1),
            4 => random.Below(8) > 0 ? changes : 0,
            _ => random.Below(8) > 0 ? 0 : changes,
        };
    }

    /// <summary>A coin for each sector.</summary>
    internal bool Flip(long sector) => At(~sector).Below(2) == 0;

    private SplitMix64 At(long sector) => new(seed ^ ((ulong)sector * 0xD6E8FEB86659FD93));
}
