using System.Numerics;

namespace EdgeSim.Index.Kernels;

/// <content>Rows of float32, for training, rotation and measuring again.</content>
public abstract partial class VectorKernels
{
    /// <summary>Lanes of a float sum.</summary>
    private protected const int FloatLanes = 16;

    /// <summary>
    /// Dot products of a float query with many rows. Component i is added to lane i % 16 by a fused
    /// multiply-add; then lane i + 8 is added to lane i, then i + 4, i + 2, i + 1. Every class keeps that
    /// order and returns the same bits; against the exact sum the error is at most (length / 16 + 5) x 2^-24
    /// x sum of |products|. O(rows x length).
    /// </summary>
    /// <param name="query">[length].</param>
    /// <param name="rows">[scores x length].</param>
    /// <param name="scores">[rows], written in full.</param>
    public void Dot(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> scores)
    {
        CheckRows(query.Length, rows.Length, scores.Length);
        DotCore(query, rows, scores);
    }

    /// <summary>
    /// Squared Euclidean distances of a float query to many rows, from the differences, in the order of the
    /// dot product. O(rows x length).
    /// </summary>
    /// <param name="query">[length].</param>
    /// <param name="rows">[distances x length].</param>
    /// <param name="distances">[rows], written in full.</param>
    public void DistanceSquared(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> distances)
    {
        CheckRows(query.Length, rows.Length, distances.Length);
        DistanceSquaredCore(query, rows, distances);
    }

    /// <summary>
    /// Fast Walsh-Hadamard transform in place, not normalised: twice is a multiplication by the length. The
    /// same additions in every class, so the same bits. O(length log length). Fino and Algazi 1976.
    /// </summary>
    /// <param name="values">A power of two of values, at most <see cref="IndexLimits.DimensionMax"/>.</param>
    public void Hadamard(Span<float> values)
    {
        CheckLength(values.Length);
        if (!BitOperations.IsPow2(values.Length))
        {
            throw new ArgumentException(
                $"The transform has {values.Length} values; it needs a power of two. Pad with zeros.",
                nameof(values));
        }

        HadamardCore(values);
    }

    /// <summary>
    /// Largest magnitude of a row. Infinite or NaN if, and only if, a component is not finite: magnitudes are
    /// compared as integers, in which order infinities and NaN come last. O(length).
    /// </summary>
    /// <param name="row">[length].</param>
    public float MaxMagnitude(ReadOnlySpan<float> row)
    {
        CheckLength(row.Length);
        return MaxMagnitudeCore(row);
    }

    /// <summary>
    /// Sum of squares of a row, in double and in the lane order of the dot product with codes: neither the
    /// largest nor the smallest floats over- or underflow, and a square is exact before it is added.
    /// O(length).
    /// </summary>
    /// <param name="row">[length].</param>
    public double SquareSum(ReadOnlySpan<float> row)
    {
        CheckLength(row.Length);
        return SquareSumCore(row);
    }

    /// <inheritdoc cref="Dot(ReadOnlySpan{float}, ReadOnlySpan{float}, Span{float})"/>
    protected abstract void DotCore(ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> scores);

    /// <inheritdoc cref="DistanceSquared(ReadOnlySpan{float}, ReadOnlySpan{float}, Span{float})"/>
    protected abstract void DistanceSquaredCore(
        ReadOnlySpan<float> query, ReadOnlySpan<float> rows, Span<float> distances);

    /// <inheritdoc cref="Hadamard"/>
    protected abstract void HadamardCore(Span<float> values);

    /// <inheritdoc cref="MaxMagnitude"/>
    protected abstract float MaxMagnitudeCore(ReadOnlySpan<float> row);

    /// <inheritdoc cref="SquareSum"/>
    protected abstract double SquareSumCore(ReadOnlySpan<float> row);

    /// <summary>Adds the sixteen lanes in the order that the law fixes; destroys them.</summary>
    private protected static float SumLanes(Span<float> lanes)
    {
        for (int half = FloatLanes / 2; half > 0; half >>= 1)
        {
            for (int i = 0; i < half; i++)
            {
                lanes[i] += lanes[i + half];
            }
        }

        return lanes[0];
    }
}
