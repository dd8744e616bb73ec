using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Codes;

/// <summary>
/// Searches a segment through its compressed codes: the nearest lists are ranked, their codes scanned, and
/// the vectors that may be near compared. Where a filter leaves too few of them, further lists are looked at.
/// </summary>
internal static class CodedIndex
{
    private const int GrowthFactor = 4;

    /// <summary>
    /// Offers vectors of a segment whose column has the codes of the effort's strategy. The breadth is the
    /// number of lists. Allocates nothing once the scratch has grown.
    /// </summary>
    /// <exception cref="IndexCorruptException">A block that is needed is damaged.</exception>
    internal static void Search(in Probe probe)
    {
        SegmentColumn column = probe.Column;
        bool isProduct = probe.Effort.Strategy == SearchStrategy.IvfProduct;
        probe.Counts.Incomplete++;
        if (column.Lists is not { } table)
        {
            Scan(probe, isProduct, default);
            return;
        }

        ListRanking ranking = probe.Scratch.Lists.Ranking;
        int ranked = 0;
        int before = probe.Best.Count; // Of other segments.
        int wanted = Math.Min(probe.Effort.Breadth, table.Count);
        do
        {
            IvfIndex.Rank(probe, table, ranking, wanted);
            Scan(probe, isProduct, ranking.Lists[ranked..]);
            ranked = ranking.Count;
            wanted = (int)Math.Min((long)wanted * GrowthFactor, table.Count);
        }
        while (ranked < table.Count && !probe.Best.IsFull && probe.Best.Count < before + probe.EligibleMax);
    }

    private static void Scan(in Probe probe, bool isProduct, ReadOnlySpan<int> lists)
    {
        if (isProduct)
        {
            ProductCodes codes = probe.Column.Product!;
            foreach (int list in lists)
            {
                codes.Expect(list);
            }

            CodeIndex.SearchProduct(probe, codes, lists, probe.Scratch.Product);
        }
        else
        {
            BitCodes codes = probe.Column.Bits!;
            foreach (int list in lists)
            {
                codes.Expect(list);
            }

            CodeIndex.SearchBits(probe, codes, lists, probe.Scratch.Bits);
        }
    }
}
