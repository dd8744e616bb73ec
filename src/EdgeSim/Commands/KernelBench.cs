using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using EdgeSim.Index;
using EdgeSim.Index.Kernels;

namespace EdgeSim.Commands;

/// <summary>
/// Times the kernels of this binary on this machine, one thread, against plain sequential reading of the same
/// memory in the same run. Rows lie outside the managed heap. Not thread-safe.
/// </summary>
internal sealed unsafe class KernelBench : IDisposable
{
    /// <summary>
    /// Rows of a scan within the cache: half of the 512 KB that a Cortex-A76 core has to itself.
    /// </summary>
    public const int CachedBytes = 256 << 10;

    /// <summary>
    /// Bytes of a step, as in a search: the scores of a step stay in the first cache level.
    /// </summary>
    private const int StepBytes = 64 << 10;

    private const int StepRowsMax = 1024;
    private const int CachedRounds = 25;
    private const int MemoryRounds = 5;
    private const double RoundMs = 2;

    private readonly long memoryBytes;
    private readonly sbyte* memory;
    private readonly int[] scores = new int[VectorKernels.TileQueries * StepRowsMax];
    private readonly ushort[] sums = new ushort[StepRowsMax];
    private readonly sbyte[] query = new sbyte[VectorKernels.TileQueries * Limits.DimensionMax];
    private readonly List<double> readings = [];
    private ulong kept;

    /// <param name="memoryBytes">Bytes of a scan from memory; larger than the last cache level.</param>
    /// <exception cref="UserException">Not that much memory.</exception>
    public KernelBench(long memoryBytes)
    {
        this.memoryBytes = memoryBytes;
        try
        {
            memory = (sbyte*)NativeMemory.AlignedAlloc((nuint)memoryBytes, 4096);
        }
        catch (OutOfMemoryException)
        {
            throw new UserException(
                ExitCode.Unavailable, $"{memoryBytes >> 20} MiB of memory are not free. Lower --memory.");
        }

        // Any codes but -128: 8 random bytes a step, and the one forbidden value becomes its neighbour.
        var random = new SplitMix64(1);
        for (long i = 0; i < memoryBytes; i += 1 << 20)
        {
            var block = new Span<sbyte>(memory + i, (int)Math.Min(1 << 20, memoryBytes - i));
            random.Fill(MemoryMarshal.AsBytes(block));
            block.Replace((sbyte)-128, (sbyte)-127);
        }

        random.Fill(MemoryMarshal.AsBytes(query.AsSpan()));
        query.AsSpan().Replace((sbyte)-128, (sbyte)-127);
    }

    /// <summary>Median gigabytes a second of all plain readings so far.</summary>
    public double ReadingGBs => Median(readings);

    /// <summary>
    /// Measures one operation; reads plainly between the rounds, so that both meet the same noise.
    /// </summary>
    public KernelBenchLine Measure(VectorKernels kernels, KernelOperation operation, int dimension)
    {
        int rowBytes = operation.RowBytes(dimension);
        int cachedRows = Whole(operation, CachedBytes / rowBytes);
        int memoryRows = Whole(operation, (int)Math.Min(int.MaxValue, memoryBytes / rowBytes));

        long start = Stopwatch.GetTimestamp();
        Scan(kernels, operation, dimension, cachedRows);
        double once = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        int repeats = (int)Math.Clamp(RoundMs / once, 1, 10_000);
        var rounds = new List<double>();
        for (int round = 0; round < CachedRounds; round++)
        {
            start = Stopwatch.GetTimestamp();
            for (int i = 0; i < repeats; i++)
            {
                Scan(kernels, operation, dimension, cachedRows);
            }

            rounds.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / ((double)repeats * cachedRows));
        }

        double best = 0;
        double ratio = 0;
        for (int round = 0; round < MemoryRounds; round++)
        {
            double reading = Read();
            start = Stopwatch.GetTimestamp();
            Scan(kernels, operation, dimension, memoryRows);
            double speed = (double)memoryRows * rowBytes / Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            if (speed > best)
            {
                best = speed;
            }

            ratio = Math.Max(ratio, speed / Math.Max(reading, ReadingGBs));
        }

        return new KernelBenchLine(
            kernels.Name, operation.Name, dimension, rowBytes, Median(rounds), best, ratio);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(memory);

        // What the scans computed is used, or the compiler may leave it out.
        GC.KeepAlive(kept);
    }

    /// <summary>Reads the memory once, eight registers a step. Gigabytes a second.</summary>
    private double Read()
    {
        int lanes = Vector<ulong>.Count;
        long start = Stopwatch.GetTimestamp();
        var from = (Vector<ulong>*)memory;
        var end = from + (memoryBytes / (lanes * sizeof(ulong)) / 8 * 8);
        Vector<ulong> a = default, b = default, c = default, d = default;
        for (; from < end; from += 8)
        {
            a ^= from[0] ^ from[1];
            b ^= from[2] ^ from[3];
            c ^= from[4] ^ from[5];
            d ^= from[6] ^ from[7];
        }

        kept ^= Vector.Sum(a ^ b ^ c ^ d);
        double speed = memoryBytes / Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        readings.Add(speed);
        return speed;
    }

    private void Scan(VectorKernels kernels, KernelOperation operation, int dimension, int rows)
    {
        int rowBytes = operation.RowBytes(dimension);
        int step = Whole(operation, Math.Clamp(StepBytes / rowBytes, 1, StepRowsMax));
        for (int first = 0; first < rows; first += step)
        {
            int count = Math.Min(step, rows - first);
            var codes = new ReadOnlySpan<sbyte>(memory + ((long)first * rowBytes), count * rowBytes);
            operation.Run(kernels, query, codes, rowBytes, scores, sums.AsSpan(0, count));
        }

        kept ^= (ulong)scores[0] ^ sums[0];
    }

    /// <summary>A number of rows that fills whole blocks.</summary>
    private static int Whole(KernelOperation operation, int rows) =>
        operation == KernelOperation.Nibbles
            ? rows / VectorKernels.BlockRows * VectorKernels.BlockRows
            : rows;

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        return sorted.Length == 0 ? 0 : sorted[sorted.Length / 2];
    }
}
