using EdgeSim.Index.Kernels;
using EdgeSim.Index.Search.Graph;
using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>Probes those segments of a plan that are not scanned, one after the other.</summary>
internal static class Probes
{
    /// <summary>
    /// Adds what the segments have to a heap. After the scans: rows that come late displace none that scores
    /// alike and is older, because a probe compares places too.
    /// </summary>
    internal static void Run(
        ScanPlan plan,
        in ScanRequest request,
        in PreparedQuery query,
        int wanted,
        SearchScratch scratch,
        TopK best,
        ref ProbeCounts counts)
    {
        for (int i = 0; i < plan.SourceCount; i++)
        {
            ScanSource source = plan.Source(i);
            if (!source.IsProbed || source.Count == 0)
            {
                continue;
            }

            var probe = new Probe(
                source,
                request,
                query,
                scratch.Lanes,
                best,
                wanted,
                source.Effort,
                scratch.Probe,
                ref counts);
            Run(probe);
        }
    }

    private static void Run(in Probe probe)
    {
        SearchStrategy strategy = probe.Effort.Strategy;
        try
        {
            switch (strategy)
            {
                case SearchStrategy.Ivf or SearchStrategy.IvfProduct or SearchStrategy.IvfBits:
                    IvfIndex.Search(probe);
                    break;
                case SearchStrategy.Hnsw:
                    HnswIndex.Search(probe);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(
                        nameof(probe), strategy, "No such strategy probes a segment.");
            }
        }
        catch (IndexCorruptException)
        {
            // What led to the rows is damaged, or a row is; in that case the scan fails too. What the probe
            // has found is taken back, since the scan finds it again, and whatever it displaced was worse.
            strategy = SearchStrategy.Flat;
            probe.Best.Remove(probe.Source.FirstPlace, probe.Source.Count);
            probe.OfferAll();
            probe.Counts.Degraded++;
        }

        probe.Counts.Strategies |= 1 << (int)strategy;
    }
}
