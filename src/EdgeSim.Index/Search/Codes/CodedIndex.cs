namespace EdgeSim.Index.Search.Codes;

/// <summary>
/// Scans the compressed codes of lists that were chosen, and offers the vectors that may be near.
/// </summary>
internal static class CodedIndex
{
    /// <summary>Scans the codes of the effort's strategy, which the column has.</summary>
    /// <param name="probe">The search.</param>
    /// <param name="lists">Lists not scanned before; empty: all.</param>
    internal static void Scan(in Probe probe, ReadOnlySpan<int> lists)
    {
        if (probe.Effort.Strategy == SearchStrategy.IvfProduct)
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
