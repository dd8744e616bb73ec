namespace EdgeSim.Index.Quantization;

/// <summary>
/// Float vector to one bit a component: whether it is above a centre. Component i is bit i % 8 of byte i / 8,
/// as the kernels read it.
/// </summary>
/// <remarks>
/// Error: for directions drawn at random (or rotated by a random <see cref="Rotation"/>) two vectors at an
/// angle differ in each bit with probability angle / pi, so the expected fraction of differing bits is angle
/// / pi, with a standard deviation of at most 1 / (2 sqrt(dimension)) where the components are independent.
/// Nothing holds for a single pair: <see cref="RaBitQuantizer"/> is the code with a bound. Charikar 2002,
/// "Similarity estimation techniques from rounding algorithms"; Goemans and Williamson 1995.
/// </remarks>
internal static class BinaryQuantizer
{
    /// <summary>Bytes of a row of bits.</summary>
    internal static int Bytes(int dimension) => (dimension + 7) / 8;

    /// <summary>Writes the sign bits of a vector. O(dimension), no allocation.</summary>
    /// <param name="vector">[dimension]; a zero vector has no direction and is refused.</param>
    /// <param name="centre">
    /// [dimension], subtracted first: data that is positive throughout has the same sign everywhere. Empty
    /// means zeros.
    /// </param>
    /// <param name="bits">
    /// [<see cref="Bytes"/>], written in full: one where the component is above the centre; zero at the
    /// centre and in the padding.
    /// </param>
    /// <exception cref="VectorException">
    /// A component is not finite (its position is named), every component is zero, or the dimension is not
    /// the centre's.
    /// </exception>
    /// <exception cref="ArgumentException">The bits do not fit the dimension.</exception>
    internal static void Quantize(
        ReadOnlySpan<float> vector, ReadOnlySpan<float> centre, Span<byte> bits)
    {
        if (!centre.IsEmpty && centre.Length != vector.Length)
        {
            throw new VectorException(
                $"The vector has {vector.Length} components; the centre has {centre.Length}.");
        }

        if (bits.Length != Bytes(vector.Length))
        {
            throw new ArgumentException(
                $"{bits.Length} bytes do not hold {vector.Length} bits.", nameof(bits));
        }

        RowQuantizer.Check(vector, Metric.Cosine);
        Write(vector, centre, bits);
    }

    /// <summary>The bits of a vector that is known to be good.</summary>
    /// <returns>How many are one.</returns>
    internal static int Write(ReadOnlySpan<float> vector, ReadOnlySpan<float> centre, Span<byte> bits)
    {
        bits.Clear();
        int ones = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            int bit = vector[i] > (centre.IsEmpty ? 0f : centre[i]) ? 1 : 0;
            bits[i >> 3] |= (byte)(bit << (i & 7));
            ones += bit;
        }

        return ones;
    }
}
