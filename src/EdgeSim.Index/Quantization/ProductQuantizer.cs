using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// Product codes: the components are divided into sub-spaces, and a row is kept as the number of one centroid
/// for each. A query becomes a table for each sub-space, and a score the sum of one entry of each table.
/// Jegou, Douze and Schmid 2011, "Product quantization for nearest neighbor search". Immutable; any number of
/// threads may use one.
/// </summary>
/// <remarks>
/// <para>Division: nothing is padded. Each of the M sub-spaces takes dimension / M components in their order,
/// and the first dimension % M sub-spaces one more.</para>
/// <para>Error: the mean squared distance between a row and its code is what <see cref="ProductTraining"/>
/// reports, for rows like the training rows; there is no bound for a row unlike them. A score from float
/// tables is the score of the decoded row but for float rounding; byte tables add at most
/// <see cref="TableScale.ErrorBound"/>.</para>
/// </remarks>
internal sealed class ProductQuantizer
{
    private readonly float[] _codebooks;

    /// <summary>Takes codebooks from a training or from storage.</summary>
    /// <param name="dimension">Components of a row.</param>
    /// <param name="subspaces">Codes of a row, at most the dimension.</param>
    /// <param name="bits">4 or 8.</param>
    /// <param name="threshold">
    /// <see cref="ProductOptions.Threshold"/>: rows are encoded with the loss they were trained with.
    /// </param>
    /// <param name="codebooks">
    /// [centroids x dimension], not copied: sub-space after sub-space, in each [centroids x width].
    /// </param>
    /// <exception cref="ArgumentException">
    /// A size is out of range or does not fit, or a component of a codebook is not finite or too large.
    /// </exception>
    internal ProductQuantizer(int dimension, int subspaces, int bits, double threshold, float[] codebooks)
    {
        CheckShape(dimension, subspaces, bits, threshold);
        if (codebooks.Length != dimension << bits)
        {
            throw new ArgumentException(
                $"{codebooks.Length} components are not the codebooks of {dimension} components with "
                + $"{1 << bits} centroids.",
                nameof(codebooks));
        }

        for (int centroid = 0; centroid < 1 << bits; centroid++)
        {
            TrainingChecks.Vector(
                VectorKernels.Best, codebooks.AsSpan(centroid * dimension, dimension), centroid);
        }

        Dimension = dimension;
        Subspaces = subspaces;
        Bits = bits;
        Threshold = threshold;
        _codebooks = codebooks;
    }

    /// <summary>Components of a row.</summary>
    internal int Dimension { get; }

    /// <summary>Codes of a row.</summary>
    internal int Subspaces { get; }

    /// <summary>Bits of a code, 4 or 8.</summary>
    internal int Bits { get; }

    /// <summary>Threshold of the score-aware loss; 0 for plain squared error.</summary>
    internal double Threshold { get; }

    /// <summary>Centroids of a sub-space, 16 or 256.</summary>
    internal int Centroids => 1 << Bits;

    /// <summary>Entries of a query's tables.</summary>
    internal int TableLength => Subspaces << Bits;

    /// <summary>[centroids x dimension], as the constructor takes them.</summary>
    internal ReadOnlySpan<float> Codebooks => _codebooks;

    /// <summary>First component of a sub-space.</summary>
    internal int Offset(int subspace) => Offset(Dimension, Subspaces, subspace);

    /// <summary>Components of a sub-space.</summary>
    internal int Width(int subspace) => Offset(subspace + 1) - Offset(subspace);

    /// <summary>[centroids x width]: the codebook of a sub-space.</summary>
    internal ReadOnlySpan<float> Codebook(int subspace)
        => _codebooks.AsSpan(Offset(subspace) << Bits, Width(subspace) << Bits);

    /// <summary>The row that a code stands for. O(dimension), no allocation.</summary>
    /// <param name="codes">[sub-spaces], one a byte, each below the number of centroids.</param>
    /// <param name="row">[dimension], written in full.</param>
    /// <exception cref="ArgumentException">
    /// Sizes that do not fit, or a code beyond the centroids.
    /// </exception>
    internal void Decode(ReadOnlySpan<byte> codes, Span<float> row)
    {
        CheckLength(codes.Length, Subspaces, "codes");
        CheckLength(row.Length, Dimension, "components");
        for (int subspace = 0; subspace < Subspaces; subspace++)
        {
            int code = codes[subspace];
            if (code >= Centroids)
            {
                throw new ArgumentException(
                    $"Code {subspace} is {code}; centroids end at {Centroids - 1}.", nameof(codes));
            }

            int width = Width(subspace);
            Codebook(subspace).Slice(code * width, width).CopyTo(row[Offset(subspace)..]);
        }
    }

    /// <summary>
    /// Tables whose sums are dot products with the decoded rows; for unit rows and a unit query, cosines.
    /// O(centroids x dimension), no allocation.
    /// </summary>
    /// <param name="kernels">Any class; the tables do not depend on it.</param>
    /// <param name="query">
    /// [dimension]; finite, magnitudes up to <see cref="IndexLimits.ComponentMax"/>.
    /// </param>
    /// <param name="tables">
    /// [sub-spaces x centroids], written in full; as <see cref="VectorKernels.ScanBytes"/> reads them.
    /// </param>
    /// <exception cref="ArgumentException">Sizes that do not fit, or a component not allowed.</exception>
    internal void DotTables(VectorKernels kernels, ReadOnlySpan<float> query, Span<float> tables)
    {
        CheckTables(kernels, query, tables.Length);
        for (int subspace = 0; subspace < Subspaces; subspace++)
        {
            kernels.Dot(
                query.Slice(Offset(subspace), Width(subspace)),
                Codebook(subspace),
                tables.Slice(subspace << Bits, Centroids));
        }
    }

    /// <summary>
    /// Tables whose sums are squared Euclidean distances to the decoded rows. O(centroids x dimension), no
    /// allocation.
    /// </summary>
    /// <inheritdoc cref="DotTables"/>
    internal void DistanceTables(VectorKernels kernels, ReadOnlySpan<float> query, Span<float> tables)
    {
        CheckTables(kernels, query, tables.Length);
        for (int subspace = 0; subspace < Subspaces; subspace++)
        {
            kernels.DistanceSquared(
                query.Slice(Offset(subspace), Width(subspace)),
                Codebook(subspace),
                tables.Slice(subspace << Bits, Centroids));
        }
    }

    /// <summary>
    /// Rounds float tables of 16 entries to the bytes of a fast scan. From each table its smallest entry is
    /// taken off, and all share one step: the widest table's range / 255. An entry is off by at most half a
    /// step, so a sum by at most sub-spaces x step / 2. O(entries), no allocation.
    /// </summary>
    /// <param name="tables">[sub-spaces x 16], finite.</param>
    /// <param name="bytes">[sub-spaces x 16], written in full.</param>
    /// <returns>How sums of the bytes turn into sums of the entries.</returns>
    /// <exception cref="ArgumentException">
    /// Sizes that do not fit, or an entry that is not finite.
    /// </exception>
    internal static TableScale QuantizeTables(ReadOnlySpan<float> tables, Span<byte> bytes)
    {
        const int Length = VectorKernels.NibbleCentroids;
        int subspaces = tables.Length / Length;
        TrainingChecks.Range(subspaces, 1, VectorKernels.SubspacesMax, "sub-spaces");
        CheckLength(tables.Length, subspaces * Length, "entries");
        CheckLength(bytes.Length, tables.Length, "bytes");
        Span<double> smallest = stackalloc double[subspaces];
        double range = 0;
        double bias = 0;
        for (int subspace = 0; subspace < subspaces; subspace++)
        {
            float min = float.PositiveInfinity;
            float max = float.NegativeInfinity;
            foreach (float entry in tables.Slice(subspace * Length, Length))
            {
                min = Math.Min(min, entry);
                max = Math.Max(max, entry);
            }

            // Not finite if, and only if, an entry is not: Math.Min and Math.Max pass NaN on.
            if (!double.IsFinite((double)max - min))
            {
                throw new ArgumentException(
                    $"The table of sub-space {subspace} has an entry that is not finite.", nameof(tables));
            }

            smallest[subspace] = min;
            range = Math.Max(range, (double)max - min);
            bias += min;
        }

        double inverse = range > 0 ? byte.MaxValue / range : 0;
        for (int i = 0; i < tables.Length; i++)
        {
            bytes[i] = (byte)Math.Round((tables[i] - smallest[i / Length]) * inverse);
        }

        return new TableScale(range / byte.MaxValue, bias, subspaces);
    }

    /// <summary>First component of a sub-space in a division without padding.</summary>
    internal static int Offset(int dimension, int subspaces, int subspace)
        => (dimension / subspaces * subspace) + Math.Min(subspace, dimension % subspaces);

    /// <summary>Refuses a shape that the kernels or the loss cannot work with.</summary>
    internal static void CheckShape(int dimension, int subspaces, int bits, double threshold)
    {
        TrainingChecks.Range(dimension, 1, IndexLimits.DimensionMax, "components a row");
        TrainingChecks.Range(
            subspaces,
            1,
            Math.Min(dimension, VectorKernels.SubspacesMax),
            $"sub-spaces for {dimension} components");
        if (bits is not (4 or 8))
        {
            throw new ArgumentException($"{bits} bits a code; allowed are 4 and 8.", nameof(bits));
        }

        if (!(threshold is >= 0 and < 1))
        {
            throw new ArgumentException(
                $"The threshold is {threshold}; it must be at least 0 and below 1.", nameof(threshold));
        }

        int width = Offset(dimension, subspaces, 1);
        if (threshold > 0 && width > IndexLimits.ScoreAwareWidthMax)
        {
            throw new ArgumentException(
                $"Sub-spaces of {width} components; the score-aware loss allows "
                + $"{IndexLimits.ScoreAwareWidthMax}. Ask for more sub-spaces, or for threshold 0.",
                nameof(subspaces));
        }
    }

    /// <summary>Refuses a length other than the one expected.</summary>
    internal static void CheckLength(int length, int expected, string what)
    {
        if (length != expected)
        {
            throw new ArgumentException($"{length} {what}; this quantizer works with {expected}.");
        }
    }

    private void CheckTables(VectorKernels kernels, ReadOnlySpan<float> query, int entries)
    {
        CheckLength(query.Length, Dimension, "components");
        CheckLength(entries, TableLength, "table entries");
        TrainingChecks.Vector(kernels, query);
    }
}
