using EdgeSim.Index.Search.Codes;
using EdgeSim.Index.Search.Graph;
using EdgeSim.Index.Search.Lists;

namespace EdgeSim.Index.Search;

/// <summary>The memory of probes, one at a time, reused: each strategy has its own.</summary>
internal sealed class ProbeScratch
{
    /// <summary>Memory of walks through graphs; a byte for each vector of the largest segment.</summary>
    internal HnswScratch Walk { get; } = new();

    /// <summary>Memory of searches through lists.</summary>
    internal ListScratch Lists { get; } = new();

    /// <summary>Memory of scans of product codes.</summary>
    internal ProductScan Product { get; } = new();

    /// <summary>Memory of scans of one-bit codes.</summary>
    internal BitScan Bits { get; } = new();

    /// <summary>Dot products of the rows of one <see cref="Probe.Offer"/>.</summary>
    internal int[] Dots { get; } = new int[Probe.StepRows];

    /// <summary>Bytes held.</summary>
    internal long Bytes => Walk.Bytes + Lists.Bytes + Product.Bytes + Bits.Bytes
        + (Dots.LongLength * sizeof(int));
}
