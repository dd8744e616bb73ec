namespace EdgeSim.Index.Kernels;

/// <summary>
/// The arithmetic of a scan, one class per instruction set. The public methods check lengths once per block
/// of rows; the loops behind them check nothing. <see cref="ScalarKernels"/> is the law: every other class
/// returns the same bits for every input, so an answer does not depend on the machine that gave it.
/// </summary>
public abstract class VectorKernels
{
    /// <summary>
    /// Environment variable that forces a class by name: <c>scalar</c>, <c>avx2</c> or <c>neon</c>.
    /// </summary>
    public const string Variable = "EDGESIM_KERNELS";

    private static VectorKernels? s_best;

    /// <summary>
    /// The classes this processor (and this build) can run, slowest first; <c>scalar</c> is always among
    /// them.
    /// </summary>
    public static IReadOnlyList<VectorKernels> Available { get; } = ListAvailable();

    /// <summary>
    /// The fastest available class, or the one that <see cref="Variable"/> names. Chosen once.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">
    /// The variable names a class that is unknown or cannot run here.
    /// </exception>
    public static VectorKernels Best => s_best ??= Select(Environment.GetEnvironmentVariable(Variable));

    /// <summary>Name of the class, as <see cref="Variable"/> and <c>doctor</c> spell it.</summary>
    public abstract string Name { get; }

    /// <summary>The class of that name; the fastest available one for null or "".</summary>
    /// <exception cref="PlatformNotSupportedException">
    /// The name is unknown, or that class cannot run here.
    /// </exception>
    public static VectorKernels Select(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return Available[^1];
        }

        foreach (VectorKernels kernels in Available)
        {
            if (kernels.Name == name)
            {
                return kernels;
            }
        }

        string names = string.Join(", ", Available.Select(kernels => kernels.Name));
        throw new PlatformNotSupportedException(
            $"{Variable} asks for the kernels '{name}'; this processor and build have: {names}. "
            + $"Set {Variable} to one of these, or unset it for the fastest.");
    }

    /// <summary>
    /// Dot products of one row of codes with many. Exact for every input, -128 included. O(rows x length).
    /// </summary>
    /// <param name="query">[length], 1 to <see cref="IndexLimits.DimensionMax"/> codes.</param>
    /// <param name="rows">[scores x length] codes, row after row. No alignment is needed.</param>
    /// <param name="scores">[rows], written in full.</param>
    public void Dot(ReadOnlySpan<sbyte> query, ReadOnlySpan<sbyte> rows, Span<int> scores)
    {
        CheckLength(query.Length);
        if (rows.Length != (long)query.Length * scores.Length)
        {
            throw new ArgumentException(
                $"{rows.Length} codes are not {scores.Length} rows of {query.Length} codes.", nameof(rows));
        }

        DotCore(query, rows, scores);
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

    /// <inheritdoc cref="Dot(ReadOnlySpan{float}, ReadOnlySpan{sbyte})"/>
    protected abstract double DotCore(ReadOnlySpan<float> query, ReadOnlySpan<sbyte> row);

    /// <inheritdoc cref="DistanceSquared"/>
    protected abstract double DistanceSquaredCore(
        ReadOnlySpan<float> query, ReadOnlySpan<sbyte> row, float scale);

    /// <summary>Adds the eight lanes in the order that the law fixes.</summary>
    private protected static double SumLanes(ReadOnlySpan<double> lanes)
        => ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));

    private static VectorKernels[] ListAvailable()
    {
        var kernels = new List<VectorKernels>(3) { new ScalarKernels() };
        if (Avx2Kernels.IsSupported)
        {
            kernels.Add(new Avx2Kernels());
        }

        if (NeonKernels.IsSupported)
        {
            kernels.Add(new NeonKernels());
        }

        return kernels.ToArray();
    }

    private static void CheckLength(int length)
    {
        if (length is < 1 or > IndexLimits.DimensionMax)
        {
            throw new ArgumentException(
                $"The query has {length} components; allowed are 1 to {IndexLimits.DimensionMax}.",
                nameof(length));
        }
    }

    private static void CheckPair(int query, int row)
    {
        CheckLength(query);
        if (query != row)
        {
            throw new ArgumentException($"The query has {query} components and the row {row}.", nameof(row));
        }
    }
}
