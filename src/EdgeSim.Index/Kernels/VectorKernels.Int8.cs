namespace EdgeSim.Index.Kernels;

/// <content>Rows of int8 codes.</content>
public abstract partial class VectorKernels
{
    /// <summary>
    /// Queries of a tile: as many as share one load of a row without running out of registers.
    /// </summary>
    public const int TileQueries = 4;

    /// <summary>
    /// Dot products of one row of codes with many. Exact for every input, -128 included. O(rows x length).
    /// </summary>
    /// <param name="query">[length], 1 to <see cref="IndexLimits.DimensionMax"/> codes.</param>
    /// <param name="rows">[scores x length] codes, row after row. No alignment is needed.</param>
    /// <param name="scores">[rows], written in full.</param>
    public void Dot(ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> scores)
    {
        CheckRows(query.Length, rows.Length, scores.Length);
        DotCore(query, rows, scores);
    }

    /// <summary>
    /// Dot products of one row of codes with rows picked by ordinal, for graphs and for measuring survivors
    /// again. Exact for every input. O(ordinals x length).
    /// </summary>
    /// <param name="query">[length] codes.</param>
    /// <param name="rows">Codes, row after row; a whole number of rows.</param>
    /// <param name="ordinals">Which rows, in any order, repetitions allowed.</param>
    /// <param name="scores">[ordinals], written in full.</param>
    /// <exception cref="ArgumentException">
    /// Lengths do not fit, or an ordinal lies outside the rows.
    /// </exception>
    public void Dot(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, ReadOnlySpan<int> ordinals, Span<int> scores)
    {
        CheckLength(query.Length);
        int count = rows.Length / query.Length;
        if (rows.Length != (long)count * query.Length || ordinals.Length != scores.Length)
        {
            throw new ArgumentException(
                $"{rows.Length} codes are not whole rows of {query.Length}, or {ordinals.Length} ordinals "
                + $"do not fit {scores.Length} scores.",
                nameof(rows));
        }

        foreach (int ordinal in ordinals)
        {
            if ((uint)ordinal >= (uint)count)
            {
                throw new ArgumentException(
                    $"Ordinal {ordinal} is outside the {count} rows.", nameof(ordinals));
            }
        }

        DotAtCore(query, rows, ordinals, scores);
    }

    /// <summary>
    /// Dot products of <see cref="TileQueries"/> queries with many rows: each row is read from memory once
    /// for all of them. Exact for every input. O(4 x rows x length).
    /// </summary>
    /// <param name="queries">[4 x length] codes, query after query.</param>
    /// <param name="rows">[rows x length] codes.</param>
    /// <param name="scores">[4 x rows], written in full, the scores of a query together.</param>
    public void DotTile(ReadOnlySpan<sbyte> queries, ReadOnlySpan<sbyte> rows, Span<int> scores)
    {
        int length = queries.Length / TileQueries;
        CheckRows(length, rows.Length, scores.Length / TileQueries);
        if (queries.Length != length * TileQueries || scores.Length % TileQueries != 0)
        {
            throw new ArgumentException(
                $"{queries.Length} codes and {scores.Length} scores do not divide among "
                + $"{TileQueries} queries.",
                nameof(queries));
        }

        DotTileCore(queries, rows, scores);
    }

    /// <summary>
    /// Sums of absolute differences (L1) of one row of codes with many. Exact for every input, at most 255 a
    /// component. O(rows x length).
    /// </summary>
    /// <param name="query">[length] codes.</param>
    /// <param name="rows">[distances x length] codes.</param>
    /// <param name="distances">[rows], written in full.</param>
    public void Manhattan(ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> distances)
    {
        CheckRows(query.Length, rows.Length, distances.Length);
        ManhattanCore(query, rows, distances);
    }

    /// <summary>The sum and the sum of squares of each row of codes. Exact. O(rows x length).</summary>
    /// <param name="length">Codes of a row.</param>
    /// <param name="rows">[rows x length] codes.</param>
    /// <param name="sums">[rows], written in full.</param>
    /// <param name="squareSums">[rows], written in full.</param>
    public void RowSums(int length, ReadOnlySpan<sbyte> rows, Span<int> sums, Span<int> squareSums)
    {
        CheckRows(length, rows.Length, sums.Length);
        CheckRows(length, rows.Length, squareSums.Length);
        RowSumsCore(length, rows, sums, squareSums);
    }

    /// <summary>
    /// Codes of a row: value x inverse in double, rounded to the nearest integer (halves to even), held
    /// within [-127, 127]. O(length).
    /// </summary>
    /// <param name="row">[length], finite values.</param>
    /// <param name="inverse">1 / scale; the products stay finite.</param>
    /// <param name="codes">[length], written in full.</param>
    public void Quantize(ReadOnlySpan<float> row, double inverse, Span<sbyte> codes)
    {
        CheckPair(row.Length, codes.Length);
        QuantizeCore(row, inverse, codes);
    }

    /// <summary>
    /// Dot product of a float query with one row of codes, summed in double: component i goes to lane i % 8,
    /// and the lanes are added as ((0+4)+(2+6)) + ((1+5)+(3+7)). A float times a code is exact in double, so
    /// every class that keeps this order returns the same bits. O(length).
    /// </summary>
    public double Dot(ReadOnlySpan<float> query, ReadOnlySpan<sbyte> row)
    {
        CheckPair(query.Length, row.Length);
        return DotCore(query, row);
    }

    /// <summary>
    /// Squared Euclidean distance between a float query and one row of codes times its scale, in double and
    /// in the lane order of the dot product. Computed from the differences, so near-equal vectors do not
    /// cancel. O(length).
    /// </summary>
    public double DistanceSquared(ReadOnlySpan<float> query, ReadOnlySpan<sbyte> row, float scale)
    {
        CheckPair(query.Length, row.Length);
        return DistanceSquaredCore(query, row, scale);
    }

    /// <inheritdoc cref="Dot(ReadOnlySpan{sbyte}, ReadOnlySpan{sbyte}, Span{int})"/>
    protected abstract void DotCore(ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> scores);

    /// <inheritdoc cref="Dot(ReadOnlySpan{sbyte}, ReadOnlySpan{sbyte}, ReadOnlySpan{int}, Span{int})"/>
    protected abstract void DotAtCore(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, ReadOnlySpan<int> ordinals, Span<int> scores);

    /// <inheritdoc cref="DotTile"/>
    protected abstract void DotTileCore(
        ReadOnlySpan<sbyte> queries, ReadOnlySpan<sbyte> rows, Span<int> scores);

    /// <inheritdoc cref="Manhattan"/>
    protected abstract void ManhattanCore(
        ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> distances);

    /// <inheritdoc cref="RowSums"/>
    protected abstract void RowSumsCore(
        int length, ReadOnlySpan<sbyte> rows, Span<int> sums, Span<int> squareSums);

    /// <inheritdoc cref="Quantize"/>
    protected abstract void QuantizeCore(ReadOnlySpan<float> row, double inverse, Span<sbyte> codes);

    /// <inheritdoc cref="Dot(ReadOnlySpan{float}, ReadOnlySpan{sbyte})"/>
    protected abstract double DotCore(ReadOnlySpan<float> query, ReadOnlySpan<sbyte> row);

    /// <inheritdoc cref="DistanceSquared(ReadOnlySpan{float}, ReadOnlySpan{sbyte}, float)"/>
    protected abstract double DistanceSquaredCore(
        ReadOnlySpan<float> query, ReadOnlySpan<sbyte> row, float scale);

    /// <summary>Adds the eight lanes in the order that the law fixes.</summary>
    private protected static double SumLanes(ReadOnlySpan<double> lanes)
        => ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}
