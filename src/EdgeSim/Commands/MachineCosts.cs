using System.Diagnostics;
using System.Runtime.InteropServices;
using EdgeSim.Index;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Search.Planning;

namespace EdgeSim.Commands;

/// <summary>
/// Measures in half a second what a scan takes on this machine: codes in a stream from memory, and rows
/// from here and there. The other costs are those of <see cref="SearchCosts.Default"/>, scaled alike; the
/// disk's are assumed.
/// </summary>
internal static class MachineCosts
{
    private const int Bytes = 96 << 20;
    private const int Stride = 384;
    private const int StepRows = 170;

    internal static unsafe SearchCosts Measure()
    {
        sbyte* memory;
        try
        {
            memory = (sbyte*)NativeMemory.AlignedAlloc(Bytes, 4096);
        }
        catch (OutOfMemoryException)
        {
            throw new UserException(
                ExitCode.Unavailable, $"{Bytes >> 20} MiB of memory for a short measurement are not free.");
        }

        try
        {
            var rows = new Span<sbyte>(memory, Bytes);
            rows.Fill(3);
            double streamNs = Best(() => Stream(memory));
            double apartNs = Best(() => Apart(memory));
            const int Rows = Bytes / Stride;
            double rowNs = streamNs / Rows;
            SearchCosts usual = SearchCosts.Default;
            double factor = rowNs / (usual.RowNs + (Stride / usual.BytesPerNs));
            return usual with
            {
                BytesPerNs = usual.BytesPerNs / factor,
                RowNs = usual.RowNs * factor,
                MissNs = Math.Max(1, (apartNs / Rows) - rowNs),
                EstimatedBytesPerNs = usual.EstimatedBytesPerNs / factor,
                ListNs = usual.ListNs * factor,
                HopNs = usual.HopNs * factor,
                QueryNs = usual.QueryNs * factor,
            };
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static double Best(Action round)
    {
        double best = double.PositiveInfinity;
        for (int i = 0; i < 5; i++)
        {
            long start = Stopwatch.GetTimestamp();
            round();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }

        return best;
    }

    private static unsafe void Stream(sbyte* memory)
    {
        Span<sbyte> query = stackalloc sbyte[Stride];
        Span<int> dots = stackalloc int[StepRows];
        query.Fill(1);
        const int Step = StepRows * Stride;
        for (int at = 0; at + Step <= Bytes; at += Step)
        {
            VectorKernels.Best.Dot(query, new ReadOnlySpan<sbyte>(memory + at, Step), dots);
        }
    }

    private static unsafe void Apart(sbyte* memory)
    {
        Span<sbyte> query = stackalloc sbyte[Stride];
        Span<int> ordinals = stackalloc int[64];
        Span<int> dots = stackalloc int[64];
        query.Fill(1);
        const int Rows = Bytes / Stride;
        var random = new SplitMix64(1);
        for (int done = 0; done < Rows; done += ordinals.Length)
        {
            foreach (ref int ordinal in ordinals)
            {
                ordinal = random.Below(Rows);
            }

            VectorKernels.Best.Dot(query, new ReadOnlySpan<sbyte>(memory, Bytes), ordinals, dots);
        }
    }
}
