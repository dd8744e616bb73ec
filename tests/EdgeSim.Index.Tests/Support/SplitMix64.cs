namespace EdgeSim.Index.Tests.Support;

/// <summary>
/// A small seeded generator (Steele, Lea and Flood 2014): the same numbers on every machine.
/// </summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="end"/> exclusive.</summary>
    public int Below(int end) => (int)(Next() % (ulong)end);

    /// <summary>-1 to 1.</summary>
    public float Signed() => (float)(((Next() >> 11) * (2.0 / (1UL << 53))) - 1.0);

    public float[] Vector(int dimension)
    {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++)
        {
            vector[i] = Signed() + Signed() + Signed();
        }

        return vector;
    }

    public void Fill(Span<byte> bytes)
        => Fill(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, sbyte>(bytes));

    public void Fill(Span<sbyte> codes)
    {
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = (sbyte)Next();
        }
    }
}
