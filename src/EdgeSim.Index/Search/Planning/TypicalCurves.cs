using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Planning;

/// <summary>
/// What embeddings typically need for a recall, for plans of collections that do not exist yet: the share of
/// the rows that lists and product codes look at. From the measurements of <c>bench ann</c> on GloVe-100,
/// Fashion-MNIST and the mixture of intrinsic dimension 18 (tests/EdgeSim.Benchmarks); the middle of the
/// three. Sealed rows are measured, and these numbers are not used.
/// </summary>
internal static class TypicalCurves
{
    /// <summary>Vectors from which a segment gets anything.</summary>
    internal const int RowsMin = ColumnStructures.AutoRowsMin;

    /// <summary>Bytes of a row's product code: one of 4 bits for each four components or so.</summary>
    internal static int ProductBytes(int dimension) => Math.Max(1, Math.Min(dimension / 2, 128) / 2);

    /// <summary>Whether so many rows get a graph, and not lists.</summary>
    internal static bool IsGraph(long rows) => rows <= ColumnStructures.AutoGraphRowsMax;

    internal static EffortChoice Choose(long rows, double recall, int k, in ColumnCosts costs)
    {
        if (IsGraph(rows))
        {
            // Of 60,000 rows: 10, 14, 40 and 140 rows kept for a recall of 0.9, 0.95, 0.98 and 0.99.
            int kept = Math.Max(k, recall <= 0.9 ? 10 : recall <= 0.95 ? 14 : recall <= 0.98 ? 40 : 140);
            var walk = new CurvePoint
            {
                Strategy = (uint)SearchStrategy.Hnsw,
                K = (uint)k,
                Breadth = (uint)kept,
                Recall = (float)recall,
                Compared = 150 + (12 * kept),
                Expanded = kept + 6,
                Measured = k * 2,
            };
            return new EffortChoice(walk.Effort, recall, costs.Ns(walk));
        }

        // Of a million rows in 4,000 lists, 1, 2 and 6 in 100 for a recall of 0.9, 0.95 and 0.99; the share
        // falls with the square root of the rows.
        double share = recall <= 0.9 ? 0.01 : recall <= 0.95 ? 0.02 : recall <= 0.99 ? 0.06 : 0.15;
        share = Math.Min(1, share * Math.Sqrt(1e6 / rows));
        double lists = Math.Min(4 * Math.Sqrt(rows), IndexLimits.CentroidsMax);
        int rescored = (recall <= 0.95 ? 10 : 25) * Math.Max(k, 10);
        var point = new CurvePoint
        {
            Strategy = (uint)SearchStrategy.IvfProduct,
            K = (uint)k,
            Breadth = (uint)Math.Max(1, lists * share),
            Rescored = (uint)rescored,
            Recall = (float)recall,
            Compared = rescored,
            Estimated = (float)(rows * share),
            Lists = (float)(lists * share),
            Measured = k * 2,
        };
        return new EffortChoice(point.Effort, recall, costs.Ns(point));
    }
}
