namespace EdgeSim.Index;

/// <summary>How an open collection behaves. Chosen at every open; nothing of it is stored.</summary>
public sealed record CollectionSettings
{
    /// <summary>What everybody gets who says nothing.</summary>
    public static CollectionSettings Default { get; } = new();

    /// <summary>Another durability than the collection was created with; null: that one.</summary>
    public Durability? Durability { get; init; }

    /// <summary>
    /// Milliseconds between two flushes with <see cref="Durability.Interval"/>: what a power cut can take.
    /// </summary>
    public int FlushIntervalMs { get; init; } = 1000;

    /// <summary>
    /// Bytes of rows in memory from which they are sealed into a segment file in the background. Up to twice
    /// this and a batch can be in memory. Smaller: less memory, more and smaller files to merge.
    /// </summary>
    public int SealBytes { get; init; } = IndexLimits.SealBytesDefault;

    /// <summary>
    /// Bytes a second that background merging writes at most, so that an SD card has time for readers.
    /// <see cref="Collection.Compact"/> does not wait.
    /// </summary>
    public long MergeBytesPerSecond { get; init; } = 32 << 20;

    /// <summary>
    /// Bytes of the collection's files that may be in memory, at least
    /// <see cref="IndexLimits.MappedBytesMin"/>; null: as many as the system likes. Files that are longer are
    /// read piece by piece for every search, which gets slower and stays right.
    /// </summary>
    public long? MappedBytesMax { get; init; }

    /// <summary>
    /// Bytes of a merge after which it notes how far it is, so that it can go on from there. Smaller merges
    /// start over.
    /// </summary>
    internal long MergeStepBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Whether sealing and merging happen in the background; otherwise within the write that makes them
    /// necessary, so that a test sees the same steps every time.
    /// </summary>
    internal bool IsBackground { get; init; } = true;

    /// <summary>
    /// How every column gets lists, whatever its options say; null: as those say. For tests.
    /// </summary>
    internal Search.Lists.ListOptions? Lists { get; init; }

    /// <summary>
    /// How every column gets a graph, whatever its options say; null: as those say (<see cref="IndexKind"/>).
    /// For tests.
    /// </summary>
    internal Search.Graph.HnswOptions? Graph { get; init; }

    /// <summary>Which compressed codes segments get for approximate search; null: none.</summary>
    internal Search.Codes.CodeOptions? Codes { get; init; }

    internal void Validate()
    {
        Lists?.Validate();
        Graph?.Validate();
        Codes?.Validate();
        Require(FlushIntervalMs, 10, 60_000, nameof(FlushIntervalMs));
        Require(SealBytes, IndexLimits.SealBytesMin, IndexLimits.SealBytesMax, nameof(SealBytes));
        Require(
            MappedBytesMax ?? long.MaxValue,
            IndexLimits.MappedBytesMin,
            long.MaxValue,
            nameof(MappedBytesMax));
        Require(MergeBytesPerSecond, 64 << 10, 1L << 40, nameof(MergeBytesPerSecond));
    }

    private static void Require(long value, long min, long max, string name)
    {
        if (value < min || value > max)
        {
            throw new ArgumentException($"{name} is {value}; allowed are {min} to {max}.", name);
        }
    }
}
