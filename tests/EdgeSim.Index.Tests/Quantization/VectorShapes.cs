namespace EdgeSim.Index.Tests.Quantization;

/// <summary>Vectors that quantisers are afraid of, each of at most a given size and never zero.</summary>
internal static class VectorShapes
{
    /// <summary>Constant, sparse, dense, one component far above the others, alternating.</summary>
    public static float[][] All(ref SplitMix64 random, int dimension, float size)
    {
        float[] constant = new float[dimension];
        Array.Fill(constant, size);
        float[] sparse = new float[dimension];
        sparse[random.Below(dimension)] = -size;
        float[] dense = new float[dimension];
        float[] spiked = new float[dimension];
        float[] alternating = new float[dimension];
        for (int i = 0; i < dimension; i++)
        {
            dense[i] = (float)((random.Fraction() * 2) - 1) * size;
            spiked[i] = (float)((random.Fraction() * 2) - 1) * size * 1e-3f;
            alternating[i] = i % 2 == 0 ? size : -size;
        }

        dense[0] = size;
        spiked[random.Below(dimension)] = size;
        return [constant, sparse, dense, spiked, alternating];
    }
}
