using System.Globalization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Planning;

/// <summary>Says how a search would be made, with the numbers that the search itself decides by.</summary>
internal static class SearchPlanner
{
    /// <summary>One plan for each segment; rows in memory are scanned and few.</summary>
    internal static IReadOnlyList<SegmentPlan> Plan(Snapshot snapshot, PlanQuery query)
    {
        query.Validate();
        int column = snapshot.Options.ColumnOf(query.Vector);
        float recall = query.Recall ?? snapshot.Options.Vectors[column].Index.Recall;
        long all = snapshot.Views.Sum(view => SearchBytes(view.Segment));
        double missing = MissingOf(all, query.ResidentBytes);
        var plans = new List<SegmentPlan>();
        foreach (SegmentView view in snapshot.Views)
        {
            SegmentColumn data = view.Segment.Column(column);
            ColumnCosts costs = ProbePlan.CostsOf(data, query.Costs, missing);
            EffortChoice? choice = recall < 1f && ProbePlan.HasAny(data)
                ? data.Curves?.Find(ProbePlan.Aim(recall), query.K, costs)
                : null;
            plans.Add(Describe(
                view.Segment.Number,
                data.Count,
                SearchBytes(view.Segment),
                costs,
                choice,
                isMeasured: true,
                hasStructures: ProbePlan.HasAny(data),
                data.Curves?.BestRecall(query.K) ?? 0,
                recall,
                query));
        }

        return plans;
    }

    /// <summary>Two bytes for each of 32 links, and what the upper layers add.</summary>
    private const int GraphBytes = 68;

    /// <summary>A plan for rows that are not there, from what such rows typically need.</summary>
    internal static SegmentPlan Imagine(long rows, VectorOptions options, PlanQuery query)
    {
        query.Validate();
        float recall = query.Recall ?? options.Index.Recall;
        int product = TypicalCurves.ProductBytes(options.Dimension);
        bool hasLists = options.Index.Kind != IndexKind.Flat && rows >= TypicalCurves.RowsMin;
        int built = !hasLists ? 0 : TypicalCurves.IsGraph(rows) ? GraphBytes : product;
        long bytes = rows * (options.Stride + (2 * sizeof(float)) + sizeof(ulong) + built);
        var costs = new ColumnCosts(
            query.Costs,
            options.Stride,
            product,
            0,
            (int)Math.Min(4 * Math.Sqrt(rows), IndexLimits.CentroidsMax),
            MissingOf(bytes, query.ResidentBytes));
        EffortChoice? choice = hasLists && recall < 1f
            ? TypicalCurves.Choose(rows, recall, query.K, costs)
            : null;
        return Describe(
            null, rows, bytes, costs, choice, isMeasured: choice is null, hasLists, 0, recall, query);
    }

    /// <summary>The share of some bytes that does not fit the memory for them.</summary>
    internal static double MissingOf(long bytes, long? residentBytes)
        => residentBytes is { } resident && bytes > 0 ? Math.Clamp(1 - ((double)resident / bytes), 0, 1) : 0;

    /// <summary>Bytes of a segment that answer questions; not payloads and what finds keys.</summary>
    internal static long SearchBytes(Segment segment)
        => segment.Sections
            .Where(section => section.Id is not (SectionId.Payloads or SectionId.PayloadOffsets
                or SectionId.PayloadIndexes or SectionId.KeyOrder or SectionId.KeyFilter))
            .Sum(section => section.Bytes);

    private static SegmentPlan Describe(
        int? segment,
        long rows,
        long bytes,
        in ColumnCosts costs,
        EffortChoice? choice,
        bool isMeasured,
        bool hasStructures,
        double best,
        float recall,
        PlanQuery query)
    {
        double flatNs = costs.FlatNs(rows);
        double filteredNs = costs.Machine.QueryNs
            + (rows * query.Selectivity * (costs.FlatNs(1) - costs.Machine.QueryNs + costs.Machine.MissNs));
        double probeNs = choice is { } probe ? probe.CostNs / query.Selectivity : double.PositiveInfinity;
        double exactNs = query.Selectivity < 1 ? Math.Min(flatNs, filteredNs) : flatNs;
        bool isExact = exactNs <= probeNs;
        string reason = Reason(
            rows, costs, choice, hasStructures, best, recall, isExact, exactNs, probeNs, query.Selectivity);
        return new SegmentPlan(
            segment,
            rows,
            isExact ? SearchEffort.Flat : choice!.Value.Effort,
            isMeasured,
            isExact ? 1 : choice!.Value.Recall,
            Math.Min(exactNs, probeNs) / 1e6,
            bytes,
            Math.Min(query.ResidentBytes ?? bytes, bytes),
            reason);
    }

    private static string Reason(
        long rows,
        in ColumnCosts costs,
        EffortChoice? choice,
        bool hasStructures,
        double best,
        float recall,
        bool isExact,
        double exactNs,
        double probeNs,
        double selectivity)
    {
        string exact = $"a scan of {(selectivity < 1 ? "the rows that the filter means" : $"{rows} rows")} "
            + $"takes {Milliseconds(exactNs)}";
        string memory = costs.Missing > 0
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"; {costs.Missing:P0} of the bytes must come from the disk each time")
            : "";
        if (choice is not { } probe)
        {
            string why = recall >= 1f ? "a recall of 1 is the exact answer"
                : !hasStructures ? "these rows have nothing that leads to the near ones"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"nothing that was measured reaches a recall of {recall}, the best is {best:F3}");
            return $"{why}; {exact}{memory}";
        }

        return isExact
            ? $"{exact}, less than {probe.Effort.Strategy} for that recall ({Milliseconds(probeNs)}){memory}"
            : $"{probe.Effort.Strategy} takes {Milliseconds(probeNs)}; {exact}{memory}";
    }

    private static string Milliseconds(double ns)
        => string.Create(CultureInfo.InvariantCulture, $"{ns / 1e6:G3} ms");
}
