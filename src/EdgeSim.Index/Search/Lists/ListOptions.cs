namespace EdgeSim.Index.Search.Lists;

/// <summary>How the vectors of a segment are put into lists.</summary>
internal sealed record ListOptions
{
    /// <summary>Rows of a list at least, on average: fewer cost more to choose than to compare.</summary>
    internal const int RowsPerListMin = 16;

    /// <summary>
    /// Number of the way lists are made: changed whenever the same rows come out in other lists, so that no
    /// merge is gone on with in another way than it was begun.
    /// </summary>
    private const int Method = 1;

    /// <summary>Lists wanted; 0: about four times the square root of the vectors.</summary>
    internal int Lists { get; init; }

    /// <summary>
    /// Vectors of a column from which they are put into lists: fewer are compared as fast as lists are
    /// chosen.
    /// </summary>
    internal int RowsMin { get; init; } = 4096;

    /// <summary>Rounds in which the centroids of the whole sample are moved.</summary>
    internal int Rounds { get; init; } = 8;

    /// <summary>Threads; the lists do not depend on it.</summary>
    internal int Threads { get; init; } = Environment.ProcessorCount;

    internal ulong Seed { get; init; } = 1;

    /// <summary>
    /// Memory in which vectors are brought into their order; the smaller, the more often the sources are
    /// read.
    /// </summary>
    internal int BufferBytes { get; init; } = BuildMemory.Bytes;

    /// <summary>Bytes of the rows on which the centroids are trained.</summary>
    internal int SampleBytes { get; init; } = BuildMemory.Bytes;

    /// <summary>What the order of the vectors follows from, beside the vectors; never 0.</summary>
    internal uint Fingerprint
    {
        get
        {
            var mixed = new SplitMix64(
                Seed ^ ((ulong)Method << 56) ^ ((ulong)Rounds << 48) ^ ((ulong)Lists << 32)
                ^ (uint)RowsMin ^ ((ulong)SampleBytes * 0x9E37_79B9_7F4A_7C15));
            return (uint)mixed.Next() | 1;
        }
    }

    /// <summary>Lists for so many vectors; 0: none.</summary>
    internal int CountFor(int vectors)
    {
        if (vectors < RowsMin)
        {
            return 0;
        }

        int wanted = Lists > 0 ? Lists : (int)Math.Round(4 * Math.Sqrt(vectors));
        return Math.Clamp(wanted, 1, Math.Clamp(vectors / RowsPerListMin, 1, IndexLimits.CentroidsMax));
    }

    internal void Validate()
    {
        if (Lists is < 0 or > IndexLimits.CentroidsMax || RowsMin < 1 || Threads < 1
            || Rounds is < 0 or > IndexLimits.TrainingIterationsMax || BufferBytes < 64 << 10)
        {
            throw new ArgumentException(
                $"Lists {Lists} (0 to {IndexLimits.CentroidsMax}), rows {RowsMin} and threads {Threads} (at "
                + $"least 1), rounds {Rounds} (0 to {IndexLimits.TrainingIterationsMax}) and a buffer of "
                + $"{BufferBytes} bytes (at least 65,536) are no way to make lists.");
        }
    }
}
