using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Search.Codes;

/// <summary>Searches of a segment through its compressed codes, in lists that were chosen before.</summary>
internal static class CodeIndex
{
    /// <summary>
    /// Vectors that are compared for each match that is wanted, if nobody says: enough for nine of ten on
    /// both real sets that were measured.
    /// </summary>
    internal const int RescoredPerMatch = 10;

    /// <summary>Product codes: the best estimates of all lists are compared.</summary>
    /// <param name="probe">The search.</param>
    /// <param name="codes">The segment's codes.</param>
    /// <param name="lists">Which lists, each once; empty: all.</param>
    /// <param name="scan">Memory.</param>
    internal static void SearchProduct(
        in Probe probe, ProductCodes codes, ReadOnlySpan<int> lists, ProductScan scan)
    {
        var sink = new ProbeSink(probe);
        scan.Begin(codes, probe.Kernels, probe.Metric, probe.Values, Rescored(probe));
        int count = lists.IsEmpty ? codes.Lists.Count : lists.Length;
        for (int i = 0; i < count; i++)
        {
            int list = lists.IsEmpty ? i : lists[i];
            scan.Scan(list, sink);
            Count(probe, codes.Lists.Size(list), codes.BytesOf(list));
        }

        probe.Offer(scan.Vectors());
    }

    /// <summary>
    /// One-bit codes: what the error bound cannot rule out is compared at once; or, where the effort says
    /// how many, the best estimates of all lists.
    /// </summary>
    /// <inheritdoc cref="SearchProduct"/>
    internal static void SearchBits(in Probe probe, BitCodes codes, ReadOnlySpan<int> lists, BitScan scan)
    {
        var sink = new ProbeSink(probe);
        bool isBound = probe.Effort.Rescored == 0;
        scan.Begin(codes, probe.Kernels, probe.Metric, probe.Values, Rescored(probe));
        int count = lists.IsEmpty ? codes.Lists.Count : lists.Length;
        for (int i = 0; i < count; i++)
        {
            int list = lists.IsEmpty ? i : lists[i];
            if (isBound)
            {
                scan.ScanBound(list, sink);
            }
            else
            {
                scan.ScanBest(list, sink);
            }

            Count(probe, codes.Lists.Size(list), codes.BytesOf(list));
        }

        if (!isBound)
        {
            probe.Offer(scan.Vectors());
        }
    }

    private static int Rescored(in Probe probe)
        => Math.Max(
            probe.Wanted,
            probe.Effort.Rescored > 0 ? probe.Effort.Rescored : RescoredPerMatch * probe.Wanted);

    private static void Count(in Probe probe, int vectors, long bytes)
    {
        probe.Counts.Estimated += vectors;
        probe.Counts.Bytes += bytes;
        probe.Counts.Lists++;
    }
}
