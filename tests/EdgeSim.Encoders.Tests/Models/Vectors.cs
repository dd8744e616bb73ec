namespace EdgeSim.Encoders.Tests.Models;

/// <summary>Arithmetic on embeddings for judging them: exact, slow, in double.</summary>
internal static class Vectors
{
    public static double Dot(float[] x, float[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += (double)x[i] * y[i];
        }

        return sum;
    }

    public static double Cosine(float[] x, float[] y) => Dot(x, y) / Math.Sqrt(Dot(x, x) * Dot(y, y));

    /// <summary>Minus the mean.</summary>
    public static float[] Centre(float[] x, float[] mean) =>
        [.. x.Zip(mean, (value, centre) => value - centre)];

    public static float[] Mean(IReadOnlyCollection<float[]> vectors)
    {
        var sums = new double[vectors.First().Length];
        foreach (float[] vector in vectors)
        {
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += vector[i];
            }
        }

        return [.. sums.Select(sum => (float)(sum / vectors.Count))];
    }

    /// <summary>Positions of the nearest others by cosine, nearest first.</summary>
    public static int[] Nearest(IReadOnlyList<float[]> vectors, int query, int count) =>
    [
        .. Enumerable.Range(0, vectors.Count).Where(i => i != query)
            .OrderByDescending(i => Cosine(vectors[query], vectors[i])).Take(count),
    ];

    /// <summary>Mean share of the ten nearest that two spaces agree on.</summary>
    public static double TopTenOverlap(IReadOnlyList<float[]> first, IReadOnlyList<float[]> second) =>
        Enumerable.Range(0, first.Count).Average(
            i => Nearest(first, i, 10).Intersect(Nearest(second, i, 10)).Count() / 10.0);

    public static float[][] Encode(IEncoder encoder, IReadOnlyList<EncoderInput> inputs)
    {
        var embeddings = new float[inputs.Count * encoder.Manifest.Dimension];
        encoder.Encode([.. inputs], embeddings, new EncodeReport[inputs.Count]);
        return [.. embeddings.Chunk(encoder.Manifest.Dimension)];
    }
}
