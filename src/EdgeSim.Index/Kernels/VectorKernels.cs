namespace EdgeSim.Index.Kernels;

/// <summary>
/// The arithmetic of a scan, one class per instruction set. The public methods check lengths once per block
/// of rows; the loops behind them check nothing. <see cref="ScalarKernels"/> is the law: every other class
/// returns the same bits for every input, so an answer does not depend on the machine that gave it.
/// </summary>
public abstract partial class VectorKernels
{
    /// <summary>
    /// Environment variable that forces a class by name: <c>scalar</c>, <c>avx2</c>, <c>avx-vnni</c>,
    /// <c>neon</c> or <c>neon-dot</c>.
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
    /// Asks for memory that is read soon. A hint: nothing happens where the instruction set has none.
    /// </summary>
    public virtual void Prefetch(ReadOnlySpan<byte> bytes)
    {
    }

    private static VectorKernels[] ListAvailable()
    {
        var kernels = new List<VectorKernels>(3) { new ScalarKernels() };
        if (Avx2Kernels.IsSupported)
        {
            kernels.Add(new Avx2Kernels());
        }

        if (AvxVnniKernels.IsSupported)
        {
            kernels.Add(new AvxVnniKernels());
        }

        if (NeonKernels.IsSupported)
        {
            kernels.Add(new NeonKernels());
        }

        if (NeonDotKernels.IsSupported)
        {
            kernels.Add(new NeonDotKernels());
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

    private static void CheckRows(int length, long codes, int rows)
    {
        CheckLength(length);
        if (codes != (long)length * rows)
        {
            throw new ArgumentException(
                $"{codes} components are not {rows} rows of {length}.", nameof(rows));
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
