namespace EdgeSim.Index.Search;

/// <summary>What building lists, codes and graphs of a segment may take at once.</summary>
internal static class BuildMemory
{
    /// <summary>
    /// More samples hardly make better centroids: see <see cref="IndexLimits.TrainingRowsMax"/>.
    /// </summary>
    private const long BytesMax = 32 << 20;

    /// <summary>Fewer would train centroids on a handful of rows each.</summary>
    private const long BytesMin = 2 << 20;

    /// <summary>
    /// A sample, a buffer and the tables beside them are in memory together, and queries go on.
    /// </summary>
    private const int Part = 12;

    /// <summary>
    /// Bytes of one sample or buffer: a part of what the managed heap may grow to, which is the machine's
    /// memory or the hard limit that the program was given.
    /// </summary>
    internal static int Bytes
        => (int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Part, BytesMin, BytesMax);

    /// <summary>Bytes of the new file that may be in memory while its rows are asked for.</summary>
    internal static long MappedBytes
        => Math.Max(IndexLimits.MappedBytesMin, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8);
}
