using System.Numerics;
using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// A random rotation that is made again from its seed: three rounds of random sign flips and a Hadamard
/// transform, over the dimension padded with zeros to a power of two. It spreads a vector evenly over its
/// components, so that the sign of each carries the same information.
/// </summary>
/// <remarks>
/// <para>
/// Orthonormal: lengths, distances and inner products stay what they were within float rounding (a relative
/// error of the length of some 1e-6 at most), and <see cref="Invert"/> leads back. The signs come from
/// <see cref="SplitMix64"/> and every class of kernels does the same additions, so a seed gives the same bits
/// on every machine.
/// </para>
/// <para>
/// Three rounds stand in for a rotation drawn evenly from all, which would cost dimension^2. Nothing is
/// proved for them in general; they are what practice uses, and the tests measure them. Ailon and Chazelle
/// 2009 (fast Johnson-Lindenstrauss transform); Andoni and others 2015, arXiv:1509.02897 (three rounds).
/// </para>
/// <para>
/// Holds 12 bytes a padded component. Immutable, shared by threads, and by the lists of an index.
/// </para>
/// </remarks>
internal sealed class Rotation
{
    /// <summary>
    /// Rounds of sign flips and Hadamard: one leaves (1, 0, 0 ...) on a corner of the cube.
    /// </summary>
    internal const int Rounds = 3;

    /// <summary>
    /// Least length of a rotated vector: one machine word of bits. Shorter vectors are padded up to it,
    /// because the error of a 1-bit code falls with the root of the rotated length.
    /// </summary>
    internal const int LengthMin = 64;

    /// <summary>[rounds x length] of 1 and -1.</summary>
    private readonly float[] _signs;

    /// <summary>Makes the rotation of a seed. O(3 x length).</summary>
    /// <param name="dimension">Components of a vector, 1 to <see cref="IndexLimits.DimensionMax"/>.</param>
    /// <param name="seed">Any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is not allowed.</exception>
    internal Rotation(int dimension, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimension, IndexLimits.DimensionMax);
        Dimension = dimension;
        Seed = seed;
        Length = Math.Max(LengthMin, (int)BitOperations.RoundUpToPowerOf2((uint)dimension));
        _signs = new float[Rounds * Length];
        var random = new SplitMix64(seed);
        for (int i = 0; i < _signs.Length; i += 64)
        {
            ulong bits = random.Next();
            for (int bit = 0; bit < 64; bit++)
            {
                _signs[i + bit] = ((bits >> bit) & 1) == 0 ? 1f : -1f;
            }
        }
    }

    /// <summary>Components before the rotation.</summary>
    internal int Dimension { get; }

    /// <summary>
    /// Components after it: a power of two, <see cref="LengthMin"/> to
    /// <see cref="IndexLimits.DimensionMax"/>.
    /// </summary>
    internal int Length { get; }

    /// <summary>What it was made from.</summary>
    internal ulong Seed { get; }

    /// <summary>Rotates in place. O(length x log length), no allocation.</summary>
    /// <param name="kernels">Any class: all give the same bits.</param>
    /// <param name="values">
    /// [length], finite and at most 1e17 in magnitude; zero beyond the dimension. Smaller than 1e-30 they
    /// lose digits, so bring them to a size near 1 first.
    /// </param>
    /// <exception cref="ArgumentException">The length is another one.</exception>
    internal void Apply(VectorKernels kernels, Span<float> values)
    {
        CheckLength(values.Length);
        for (int round = 0; round < Rounds; round++)
        {
            Flip(values, round);
            kernels.Hadamard(values);
        }

        Normalise(values);
    }

    /// <summary>The way back: what <see cref="Apply"/> made, within float rounding. Same cost.</summary>
    /// <param name="kernels">Any class.</param>
    /// <param name="values">[length].</param>
    /// <exception cref="ArgumentException">The length is another one.</exception>
    internal void Invert(VectorKernels kernels, Span<float> values)
    {
        CheckLength(values.Length);
        for (int round = Rounds - 1; round >= 0; round--)
        {
            kernels.Hadamard(values);
            Flip(values, round);
        }

        Normalise(values);
    }

    private void Flip(Span<float> values, int round)
    {
        ReadOnlySpan<float> signs = _signs.AsSpan(round * Length, Length);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= signs[i];
        }
    }

    /// <summary>
    /// Each transform lengthened the vector by sqrt(length). Taken back once at the end, where it rounds
    /// once.
    /// </summary>
    private void Normalise(Span<float> values)
    {
        float factor = (float)(1 / (Length * Math.Sqrt(Length)));
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= factor;
        }
    }

    private void CheckLength(int length)
    {
        if (length != Length)
        {
            throw new ArgumentException(
                $"{length} values are given; this rotation takes {Length}.", nameof(length));
        }
    }
}
