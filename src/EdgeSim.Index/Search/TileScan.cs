using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Search;

/// <summary>Compares the rows of a step with several vectors: four of them share one load of a row.</summary>
internal static class TileScan
{
    /// <summary>Dot products of the codes: [lanes x slots]. Exact, in whatever tiles.</summary>
    internal static void Measure(
        VectorKernels kernels, LaneBuffer buffer, int first, int lanes, in ScanStep step, Span<int> dots)
    {
        int slots = step.Slots;
        int lane = 0;
        if (step.Picks.IsEmpty)
        {
            for (; lane + VectorKernels.TileQueries <= lanes; lane += VectorKernels.TileQueries)
            {
                kernels.DotTile(
                    buffer.Codes(first + lane, VectorKernels.TileQueries),
                    step.Codes,
                    dots.Slice(lane * slots, VectorKernels.TileQueries * slots));
            }
        }

        for (; lane < lanes; lane++)
        {
            Span<int> own = dots.Slice(lane * slots, slots);
            if (step.Picks.IsEmpty)
            {
                kernels.Dot(buffer.Codes(first + lane), step.Codes, own);
            }
            else
            {
                kernels.Dot(buffer.Codes(first + lane), step.Codes, step.Picks, own);
            }
        }
    }
}
