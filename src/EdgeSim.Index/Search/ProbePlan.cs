using EdgeSim.Index.Payloads;
using EdgeSim.Index.Search.Planning;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>Chooses how a segment is searched.</summary>
internal static class ProbePlan
{
    private const double HopNs = 1500;
    private const double ListNs = 4000;

    /// <summary>The effort that a request takes in a segment; flat where nothing else reaches it.</summary>
    internal static SearchEffort EffortFor(in ScanRequest request, SegmentColumn column, int wanted)
    {
        if (request.Effort is { } effort)
        {
            return Has(column, effort.Strategy) ? effort : SearchEffort.Flat;
        }

        if (!HasAny(column))
        {
            return SearchEffort.Flat;
        }

        ColumnCosts costs = CostsOf(column, SearchCosts.Default, request.Missing);
        return Curves(column)?.Find(Aim(request.Recall), wanted, costs) is { } choice
            && choice.CostNs < costs.FlatNs(column.Count)
                ? choice.Effort
                : SearchEffort.Flat;
    }

    /// <summary>
    /// What curves are asked for: a tenth nearer to all than the search wants, for what 400 rows cannot know.
    /// </summary>
    internal static double Aim(double recall) => recall + ((1 - recall) / 10);

    /// <summary>What the steps of a search of a column cost.</summary>
    internal static ColumnCosts CostsOf(SegmentColumn column, SearchCosts machine, double missing)
    {
        try
        {
            return new ColumnCosts(
                machine,
                column.Stride,
                column.Product?.VectorBytes ?? 0,
                column.Bits?.VectorBytes ?? 0,
                column.Lists?.Count ?? 0,
                missing);
        }
        catch (IndexCorruptException)
        {
            return new ColumnCosts(machine, column.Stride, 0, 0, 0, missing); // It is scanned in the end.
        }
    }

    /// <summary>The curves of a column; none where they are damaged: it is scanned then.</summary>
    private static EffortCurves? Curves(SegmentColumn column)
    {
        try
        {
            return column.Curves;
        }
        catch (IndexCorruptException)
        {
            return null;
        }
    }

    /// <summary>
    /// Fits a probe to a filter: the fewer rows are meant, the more must be looked at before enough of them
    /// are found. False when comparing the rows that are meant, and no others, costs less.
    /// </summary>
    /// <param name="source">The segment; its effort is changed.</param>
    /// <param name="meant">How many rows are meant.</param>
    /// <param name="exactNs">What the exact answer costs.</param>
    internal static bool Widen(ScanSource source, Cardinality meant, double exactNs)
    {
        double share = Math.Clamp(Math.Max(meant.Expected, 1) / Math.Max(source.Count, 1), 1e-9, 1);
        SearchEffort effort = source.Effort;
        if (exactNs <= CostNs(source, effort) / share)
        {
            return false;
        }

        if (effort.Strategy != SearchStrategy.Hnsw)
        {
            // A walk goes on by itself until enough are found; lists must be said.
            double factor = Math.Min(1 / share, IndexLimits.EffortMax);
            source.Effort = effort with
            {
                Breadth = (int)Math.Min(effort.Breadth * factor, IndexLimits.EffortMax),
            };
        }

        return true;
    }

    /// <summary>What a probe costs about: rows compared here and there, or in lists.</summary>
    private static double CostNs(ScanSource source, SearchEffort effort)
        => effort.Strategy == SearchStrategy.Hnsw
            ? effort.Breadth * HopNs
            : effort.Breadth * ListNs;

    /// <summary>Strategies other than a scan.</summary>
    internal static ReadOnlySpan<SearchStrategy> Strategies
        => [SearchStrategy.Ivf, SearchStrategy.IvfProduct, SearchStrategy.IvfBits, SearchStrategy.Hnsw];

    /// <summary>Whether a column has what some strategy needs.</summary>
    internal static bool HasAny(SegmentColumn column)
    {
        foreach (SearchStrategy strategy in Strategies)
        {
            if (Has(column, strategy))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Breadths that are tried, from the fastest on.</summary>
    internal static IEnumerable<int> BreadthsFor(SegmentColumn column, SearchStrategy strategy, int k)
    {
        int first = strategy == SearchStrategy.Hnsw ? k : 1;
        int end = strategy == SearchStrategy.Hnsw
            ? Math.Min(column.Count, IndexLimits.EffortMax)
            : Math.Min(ListsOf(column), IndexLimits.EffortMax);
        for (int breadth = first; breadth < end; breadth = Math.Max(breadth + 1, breadth * 7 / 5))
        {
            yield return breadth;
        }

        yield return end;
    }

    /// <summary>Numbers of rows compared after their compressed codes that are tried.</summary>
    internal static IReadOnlyList<int> RescoredFor(SearchStrategy strategy, int k)
        => strategy == SearchStrategy.IvfProduct ? [2 * k, 5 * k, 12 * k, 30 * k] : [0];

    /// <summary>Lists of a column; 1 where they are damaged: it is scanned then.</summary>
    private static int ListsOf(SegmentColumn column)
    {
        try
        {
            return column.Lists?.Count ?? 1;
        }
        catch (IndexCorruptException)
        {
            return 1;
        }
    }

    /// <summary>Whether a column has what a strategy needs.</summary>
    internal static bool Has(SegmentColumn column, SearchStrategy strategy) => strategy switch
    {
        SearchStrategy.Ivf => column.HasLists,
        SearchStrategy.IvfProduct => column.HasProduct,
        SearchStrategy.IvfBits => column.HasBits,
        SearchStrategy.Hnsw => column.HasGraph,
        _ => false,
    };
}
