namespace EdgeSim.Index.Tests.Support;

/// <summary>Rows around random centres, as the rows of an encoder lie.</summary>
internal static class Clusters
{
    /// <summary>Rows of unit length, one after the other; each is a centre plus noise, normalised.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="dimension">Components of a row.</param>
    /// <param name="centres">Centres, of unit length.</param>
    /// <param name="noise">Length of the noise, about.</param>
    /// <param name="seed">Same seed, same centres; with the same stream, same rows.</param>
    /// <param name="stream">Another stream gives other rows around the same centres.</param>
    public static float[] Unit(
        int count, int dimension, int centres, double noise, ulong seed, ulong stream = 0)
    {
        var random = new SplitMix64(seed);
        float[][] middles = new float[centres][];
        for (int i = 0; i < centres; i++)
        {
            middles[i] = random.Vector(dimension);
            Normalise(middles[i]);
        }

        random = new SplitMix64(seed + 1000 + stream);
        float[] rows = new float[count * dimension];
        for (int row = 0; row < count; row++)
        {
            float[] middle = middles[random.Below(centres)];
            float[] error = random.Vector(dimension);
            Normalise(error);
            Span<float> values = rows.AsSpan(row * dimension, dimension);
            for (int i = 0; i < dimension; i++)
            {
                values[i] = middle[i] + (float)(noise * error[i]);
            }

            Normalise(values);
        }

        return rows;
    }

    public static double Dot(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        double sum = 0;
        for (int i = 0; i < first.Length; i++)
        {
            sum += (double)first[i] * second[i];
        }

        return sum;
    }

    public static double DistanceSquared(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        double sum = 0;
        for (int i = 0; i < first.Length; i++)
        {
            sum += ((double)first[i] - second[i]) * ((double)first[i] - second[i]);
        }

        return sum;
    }

    private static void Normalise(Span<float> values)
    {
        float inverse = (float)(1 / Math.Sqrt(Dot(values, values)));
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= inverse;
        }
    }
}
