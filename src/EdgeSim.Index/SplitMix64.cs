using System.Runtime.InteropServices;

namespace EdgeSim.Index;

/// <summary>
/// A small seeded generator: the same numbers on every machine and in every release, so that a rotation or a
/// clustering can be made again from its seed. Not for secrets. Steele, Lea and Flood 2014, "Fast splittable
/// pseudorandom number generators".
/// </summary>
public struct SplitMix64(ulong seed)
{
    private ulong state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>
    /// 0 to <paramref name="end"/>, exclusive; the bias of the remainder is below end / 2^64.
    /// </summary>
    public int Below(int end) => (int)(Next() % (ulong)end);

    /// <summary>0 to 1, exclusive, 53 bits.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Fills with random bytes.</summary>
    public void Fill(Span<byte> bytes)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = Next();
        }

        for (int i = words.Length * sizeof(ulong); i < bytes.Length; i++)
        {
            bytes[i] = (byte)Next();
        }
    }
}
