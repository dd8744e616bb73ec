using System.Diagnostics;
using EdgeSim.Index;
using EdgeSim.Index.Transfer;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// The exact answers of a set, beside its vectors: <c>truth.ibin</c> with the nearest rows of every query and
/// <c>range.ibin</c> with all rows within a radius. The radius is the median distance of the tenth neighbour
/// of some of the queries, so half of them have more than ten rows and half fewer.
/// </summary>
/// <param name="metric">What near means.</param>
/// <param name="threads">Threads that work.</param>
/// <param name="output">For progress.</param>
internal sealed class DatasetTruth(Metric metric, int threads, Output output)
{
    internal const string TruthName = "truth.ibin";
    internal const string RangeName = "range.ibin";

    private const int RadiusNeighbour = 10;

    /// <summary>
    /// Writes both files for base.fbin and query.fbin of a folder.
    /// </summary>
    internal DatasetReport Write(DatasetRecipe recipe, DatasetRequest request)
    {
        long start = Stopwatch.GetTimestamp();
        using VectorFile rows = VectorFile.Open(request.BasePath);
        using VectorFile queries = VectorFile.Open(request.QueryPath);
        int k = Math.Min(Limits.BenchTruthNeighbours, rows.Count);
        double radius = Radius(rows, ReadQueries(queries, Limits.BenchRadiusQueries));
        var truth = new ExactTruth(
            metric, rows.Dimension, ReadQueries(queries, queries.Count), k, radius);
        Compare(truth, rows, "exact answers");

        var nearest = new Neighbour[truth.QueryCount][];
        var within = new IReadOnlyList<Neighbour>[truth.QueryCount];
        for (int i = 0; i < nearest.Length; i++)
        {
            nearest[i] = truth.Nearest(i, (id, row) => rows.Read(id, row));
            within[i] = truth.Within(i);
        }

        TruthFile.Write(Path.Combine(request.Folder, TruthName), nearest);
        RangeTruthFile.Write(Path.Combine(request.Folder, RangeName), within);
        return new DatasetReport(
            recipe.Name,
            recipe.Summary,
            request.Folder,
            AnnMetrics.NameOf(metric),
            rows.Count,
            queries.Count,
            rows.Dimension,
            k,
            radius,
            within.Sum(one => (long)one.Count),
            within.Max(one => one.Count),
            IntrinsicDimension.Median(nearest, metric),
            recipe.IsMadeUp ? request.Seed : null,
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>With four digits, so that it can be typed.</summary>
    private double Radius(VectorFile rows, float[] queries)
    {
        int k = Math.Min(RadiusNeighbour, rows.Count);
        var truth = new ExactTruth(metric, rows.Dimension, queries, k, radius: null);
        Compare(truth, rows, "radius");
        double[] distances =
        [
            .. Enumerable.Range(0, truth.QueryCount)
                .Select(i => truth.Nearest(i, (id, row) => rows.Read(id, row))[^1].Distance)
                .Order(),
        ];
        return double.Parse(
            Percentiles.Of(distances, 50).ToString("G4", System.Globalization.CultureInfo.InvariantCulture),
            System.Globalization.CultureInfo.InvariantCulture);
    }

    private void Compare(ExactTruth truth, VectorFile rows, string what)
    {
        int blockRows = Math.Max(1, Limits.BenchBlockBytes / (rows.Dimension * sizeof(float)));
        var block = new float[Math.Min(blockRows, rows.Count) * rows.Dimension];
        for (int first = 0; first < rows.Count; first += blockRows)
        {
            int count = Math.Min(blockRows, rows.Count - first);
            rows.Read(first, block.AsSpan(0, count * rows.Dimension));
            truth.Add(block.AsMemory(0, count * rows.Dimension), first, threads);
            output.Progress(what, first + count, rows.Count);
        }
    }

    private static float[] ReadQueries(VectorFile queries, int max)
    {
        var vectors = new float[Math.Min(max, queries.Count) * queries.Dimension];
        queries.Read(0, vectors);
        return vectors;
    }
}
