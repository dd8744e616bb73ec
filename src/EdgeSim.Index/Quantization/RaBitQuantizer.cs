using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// Float vector to one bit a component and two correction numbers, from which the distance to a query is
/// estimated without bias and with an error bound. Gao and Long 2024, "RaBitQ: Quantizing High-Dimensional
/// Vectors with a Theoretical Error Bound", arXiv:2405.12497.
/// </summary>
/// <remarks>
/// <para>
/// A row's residual to the centroid is rotated, and the signs of its components are kept. They name the
/// corner of the cube nearest to its direction. Estimates and bounds are in <see cref="RaBitQuery"/>. A scan
/// is: <see cref="Prepare"/> once, then for each block of rows <see cref="VectorKernels.BitPlaneDot"/> and
/// <see cref="RaBitQuery.CutOff"/>, then the exact score of the survivors. Nothing of that allocates.
/// </para>
/// <para>
/// Rows are (rotated length) / 8 bytes: 64 at 384 components, padded to 512. The padding is not lost, because
/// the error falls with the rotated length. The nearer the centroid lies to the rows, the smaller the error:
/// for lists use one quantiser a list, all with one rotation. Seed, dimension, metric and centroid make the
/// same quantiser again, and it the same codes on every machine.
/// </para>
/// </remarks>
internal sealed class RaBitQuantizer
{
    /// <summary>
    /// Makes the rounding's numbers others than the rotation's, which start from the same seed.
    /// </summary>
    internal const ulong RoundingSeed = 0x5DEE_CE66_D1CE_4E5B;

    private const int CodeMax = (1 << VectorKernels.PlaneCount) - 1;

    private readonly Rotation _rotation;
    private readonly Metric _metric;
    private readonly float[] _centroid;
    private readonly double _centroidSquares;

    /// <summary>A quantiser around a centroid.</summary>
    /// <param name="rotation">Shared with other quantisers as one likes.</param>
    /// <param name="metric">The collection's metric.</param>
    /// <param name="centroid">
    /// [dimension]: see <see cref="Centroid"/>, or of the list; zeros are allowed for every metric.
    /// </param>
    /// <exception cref="VectorException">
    /// The dimension is not the rotation's, or a component is not finite or too large.
    /// </exception>
    internal RaBitQuantizer(Rotation rotation, Metric metric, ReadOnlySpan<float> centroid)
    {
        _rotation = rotation;
        _metric = metric;
        CheckDimension(centroid.Length);
        RowQuantizer.Check(centroid, Metric.Euclid);
        _centroid = centroid.ToArray();
        foreach (float value in centroid)
        {
            _centroidSquares += (double)value * value;
        }
    }

    /// <summary>Components of a vector.</summary>
    internal int Dimension => _rotation.Dimension;

    /// <summary>Components of a rotated vector: floats that <see cref="Prepare"/> needs.</summary>
    internal int Length => _rotation.Length;

    /// <summary>Bytes of a row's bits.</summary>
    internal int RowBytes => _rotation.Length / 8;

    /// <summary>Bytes of a query's planes.</summary>
    internal int PlaneBytes => VectorKernels.PlaneCount * RowBytes;

    /// <summary>The mean of rows (of their directions for cosine). O(rows x dimension).</summary>
    /// <param name="dimension">Components of a row.</param>
    /// <param name="rows">[rows x dimension]; none gives zeros.</param>
    /// <param name="metric">The collection's metric.</param>
    /// <exception cref="VectorException">A row is not allowed; see <see cref="Encode"/>.</exception>
    internal static float[] Centroid(int dimension, ReadOnlySpan<float> rows, Metric metric)
    {
        double[] sums = new double[dimension];
        int count = rows.Length / dimension;
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<float> vector = rows.Slice(row * dimension, dimension);
            RowQuantizer.Check(vector, metric);
            double unit = Unit(vector, metric);
            for (int i = 0; i < dimension; i++)
            {
                sums[i] += vector[i] * unit;
            }
        }

        return Array.ConvertAll(sums, sum => (float)(sum / Math.Max(count, 1)));
    }

    /// <summary>Quantises a row. O(length x log length), no allocation.</summary>
    /// <param name="kernels">Any class: all give the same bits.</param>
    /// <param name="vector">[dimension]. Cosine rows are brought to unit length first.</param>
    /// <param name="bits">[<see cref="RowBytes"/>], written in full.</param>
    /// <exception cref="VectorException">
    /// Another dimension; a component that is not finite or too large (its position is named); a zero vector
    /// for cosine.
    /// </exception>
    /// <exception cref="ArgumentException">The bits have another length.</exception>
    internal RaBitRow Encode(VectorKernels kernels, ReadOnlySpan<float> vector, Span<byte> bits)
    {
        CheckDimension(vector.Length);
        RowQuantizer.Check(vector, _metric);
        return EncodeChecked(kernels, vector, bits);
    }

    /// <summary>
    /// Quantises a row from its int8 codes, for building bits of rows that are stored already: estimates and
    /// bounds are then of the scores that the codes give.
    /// </summary>
    /// <param name="kernels">Any class.</param>
    /// <param name="codes">
    /// [dimension or more, at most the stride]; what lies beyond the dimension is zero.
    /// </param>
    /// <param name="scale">The row's scale.</param>
    /// <param name="bits">[<see cref="RowBytes"/>], written in full.</param>
    /// <exception cref="VectorException">Another dimension, or all zero for cosine.</exception>
    internal RaBitRow Encode(
        VectorKernels kernels, ReadOnlySpan<sbyte> codes, float scale, Span<byte> bits)
    {
        if (codes.Length != Dimension && codes.Length != RowQuantizer.Stride(Dimension))
        {
            CheckDimension(codes.Length);
        }

        // The length of a cosine row means nothing, so the codes themselves do.
        Span<float> vector = stackalloc float[Dimension];
        float factor = _metric == Metric.Cosine ? 1f : scale;
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = codes[i] * factor;
        }

        if (_metric == Metric.Cosine)
        {
            RowQuantizer.Check(vector, _metric);
        }

        return EncodeChecked(kernels, vector, bits);
    }

    /// <summary>
    /// Rotates a query's residual and rounds it to 4 bits a component. O(length x log length), no allocation.
    /// </summary>
    /// <remarks>
    /// The rounding is random, as published: a value goes up with the probability of its distance from below,
    /// so its error is zero on average whatever the row, and the estimate stays unbiased. (Rounding to
    /// nearest has half the error's variance, but an error that depends on the value, and so a bias that no
    /// number of rows averages out.) The random numbers are drawn once, from the rotation's seed: the same
    /// query gets the same planes always and everywhere.
    /// </remarks>
    /// <param name="kernels">Any class: all give the same bits.</param>
    /// <param name="query">[dimension].</param>
    /// <param name="rotated">[<see cref="Length"/>], scratch.</param>
    /// <param name="planes">
    /// [<see cref="PlaneBytes"/>], written in full: for <see cref="VectorKernels.BitPlaneDot"/>.
    /// </param>
    /// <param name="epsilon">Width of the error bound; see <see cref="RaBitQuery"/>.</param>
    /// <exception cref="VectorException">As for <see cref="Encode"/>.</exception>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    internal RaBitQuery Prepare(
        VectorKernels kernels,
        ReadOnlySpan<float> query,
        Span<float> rotated,
        Span<byte> planes,
        double epsilon = RaBitQuery.EpsilonDefault)
    {
        CheckDimension(query.Length);
        RowQuantizer.Check(query, _metric);
        CheckBytes(planes.Length, PlaneBytes);
        (double norm, double size, double centreDot) = Rotate(kernels, query, rotated);

        double low = double.PositiveInfinity;
        double high = double.NegativeInfinity;
        foreach (float value in rotated)
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        double step = (high - low) / CodeMax;
        double inverse = step > 0 ? 1 / step : 0;
        planes.Clear();
        var random = new SplitMix64(_rotation.Seed ^ RoundingSeed);
        int bytes = RowBytes;
        int codeSum = 0;
        double errors = 0;
        for (int i = 0; i < rotated.Length; i++)
        {
            int code = Math.Min((int)(((rotated[i] - low) * inverse) + random.Fraction()), CodeMax);
            double error = rotated[i] - low - (code * step);
            errors += error * error;
            codeSum += code;
            for (int plane = 0; plane < VectorKernels.PlaneCount; plane++)
            {
                planes[(plane * bytes) + (i >> 3)] |= (byte)(((code >> plane) & 1) << (i & 7));
            }
        }

        return new RaBitQuery(
            _metric,
            rotated.Length,
            norm,
            centreDot + _centroidSquares,
            low * size,
            step * size,
            codeSum,
            errors * size * size,
            epsilon);
    }

    private static double Unit(ReadOnlySpan<float> vector, Metric metric)
        => metric == Metric.Cosine ? 1 / RowQuantizer.Norm(vector) : 1;

    private RaBitRow EncodeChecked(VectorKernels kernels, ReadOnlySpan<float> vector, Span<byte> bits)
    {
        CheckBytes(bits.Length, RowBytes);
        Span<float> rotated = stackalloc float[Length];
        (double norm, _, double centreDot) = Rotate(kernels, vector, rotated);
        int ones = BinaryQuantizer.Write(rotated, default, bits);
        if (norm == 0)
        {
            return default;
        }

        // The corner's components are +-1 / sqrt(length), each with the sign of the residual's.
        double magnitudes = 0;
        double squares = 0;
        foreach (float value in rotated)
        {
            magnitudes += Math.Abs((double)value);
            squares += (double)value * value;
        }

        double alignment = magnitudes / Math.Sqrt(squares * rotated.Length);
        return new RaBitRow((float)norm, (float)(norm / alignment), (float)centreDot, ones);
    }

    /// <summary>
    /// Writes the rotated residual divided by its largest component, so that neither the smallest nor the
    /// largest vectors lose digits.
    /// </summary>
    /// <returns>
    /// The residual's length, what it was divided by, and its inner product with the centroid.
    /// </returns>
    private (double Norm, double Size, double CentreDot) Rotate(
        VectorKernels kernels, ReadOnlySpan<float> vector, Span<float> rotated)
    {
        if (rotated.Length != Length)
        {
            throw new ArgumentException(
                $"{rotated.Length} values are given; a rotated vector has {Length}.", nameof(rotated));
        }

        double unit = Unit(vector, _metric);
        double size = 0;
        double squares = 0;
        double centreDot = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            double residual = (vector[i] * unit) - _centroid[i];
            size = Math.Max(size, Math.Abs(residual));
            squares += residual * residual;
            centreDot += residual * _centroid[i];
        }

        rotated.Clear();
        if (size > 0)
        {
            for (int i = 0; i < vector.Length; i++)
            {
                rotated[i] = (float)(((vector[i] * unit) - _centroid[i]) / size);
            }

            _rotation.Apply(kernels, rotated);
        }

        return (Math.Sqrt(squares), size, centreDot);
    }

    private void CheckDimension(int length)
    {
        if (length != Dimension)
        {
            throw new VectorException(
                $"The vector has {length} components; the quantiser is for {Dimension}.");
        }
    }

    private static void CheckBytes(int length, int expected)
    {
        if (length != expected)
        {
            throw new ArgumentException($"{length} bytes are given; needed are {expected}.", nameof(length));
        }
    }
}
