namespace EdgeSim.Index;

/// <summary>What an acknowledged write survives. Each survives the end of the process.</summary>
public enum Durability
{
    /// <summary>A power cut: the log was flushed (fdatasync) before the acknowledgement.</summary>
    Always = 0,

    /// <summary>
    /// A power cut, if it comes later than <see cref="CollectionSettings.FlushIntervalMs"/>: a timer flushes.
    /// </summary>
    Interval = 1,

    /// <summary>
    /// A power cut only once the system has written the pages back by itself (some 30 s), or a checkpoint.
    /// </summary>
    None = 2,
}
