namespace EdgeSim.Index.Storage;

/// <summary>
/// Which keys a segment surely has not: a Bloom filter in blocks of one cache line (Putze, Sanders, Singler:
/// Cache-, hash- and space-efficient Bloom filters, 2007), ten bits a key, about one wrong "perhaps" in a
/// hundred. A write asks every segment for its key; without this each would cost a binary search.
/// </summary>
internal static class KeyFilter
{
    /// <summary>Segments with fewer rows have none: a binary search there is as quick.</summary>
    internal const int RowsMin = 256;

    /// <summary>64-bit words of a block.</summary>
    internal const int BlockWords = 8;

    private const int BitsPerKey = 10;
    private const int Probes = 7;

    /// <summary>Words of a filter for so many keys; 0 where none is written.</summary>
    internal static int Words(int rows)
        => rows < RowsMin ? 0 : (int)((((long)rows * BitsPerKey) + 511) / 512 * BlockWords);

    /// <summary>The hash that filters and key tables use: part of the file format.</summary>
    internal static ulong Hash(Key key)
    {
        ulong hash = Mix(key.Low + 0x9E37_79B9_7F4A_7C15);
        return key.IsUuid ? Mix(hash ^ key.High ^ 0xD6E8_FEB8_6659_FD93) : hash;
    }

    /// <summary>Adds a key.</summary>
    internal static void Add(Span<ulong> filter, Key key)
    {
        ulong hash = Hash(key);
        Span<ulong> block = filter.Slice(Block(hash, filter.Length) * BlockWords, BlockWords);
        ulong bits = Mix(hash);
        for (int i = 0; i < Probes; i++, bits >>= 9)
        {
            block[(int)(bits >> 6) & 7] |= 1UL << (int)(bits & 63);
        }
    }

    /// <summary>Index of the block that a key's bits are in.</summary>
    internal static int BlockOf(Key key, int words) => Block(Hash(key), words);

    /// <summary>Whether a key's bits are all set in its block.</summary>
    internal static bool MayContain(ReadOnlySpan<ulong> block, Key key)
    {
        ulong bits = Mix(Hash(key));
        for (int i = 0; i < Probes; i++, bits >>= 9)
        {
            if ((block[(int)(bits >> 6) & 7] & (1UL << (int)(bits & 63))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int Block(ulong hash, int words)
        => (int)(((hash & uint.MaxValue) * (ulong)(words / BlockWords)) >> 32);

    /// <summary>
    /// The finaliser of SplitMix64 (Steele, Lea, Flood, 2014): every bit depends on every bit.
    /// </summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
