namespace EdgeSim.Encoders.Tests.Images;

/// <summary>Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014): the same numbers
/// everywhere.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>0..<paramref name="end"/> - 1.</summary>
    public int Below(int end) => (int)(Next() % (ulong)end);
}
