using System.Runtime.InteropServices;

namespace EdgeSim.Index.Tests.Support;

/// <summary>Test data from the product's generator.</summary>
internal static class RandomData
{
    /// <summary>-1 to 1.</summary>
    public static float Signed(this ref SplitMix64 random) => (float)((random.Fraction() * 2) - 1.0);

    /// <summary>Roughly normal components.</summary>
    public static float[] Vector(this ref SplitMix64 random, int dimension)
    {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++)
        {
            vector[i] = random.Signed() + random.Signed() + random.Signed();
        }

        return vector;
    }

    /// <summary>Normal components (Box and Muller 1958), so that the direction is evenly random.</summary>
    public static float[] Normal(this ref SplitMix64 random, int dimension)
    {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.Fraction()));
            vector[i] = (float)(radius * Math.Cos(2 * Math.PI * random.Fraction()));
        }

        return vector;
    }

    /// <summary>Any code, -128 included.</summary>
    public static void Fill(this ref SplitMix64 random, Span<sbyte> codes) =>
        random.Fill(MemoryMarshal.AsBytes(codes));
}
