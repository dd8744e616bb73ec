using System.Runtime.InteropServices;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Planning;

/// <summary>
/// What was measured of a column's strategies when its segment was sealed: which effort finds which share of
/// the true matches, and what it costs. Read at the first use.
/// </summary>
internal sealed class EffortCurves
{
    /// <summary>Matches that calibrations ask for; searches for more scale the effort.</summary>
    internal static ReadOnlySpan<int> Ks => [10, 100];

    /// <summary>
    /// Points that a section may have: four strategies, two k, and more efforts than are tried.
    /// </summary>
    internal const int PointsMax = 4096;

    private readonly CurvePoint[] _points;

    /// <param name="section">The section.</param>
    /// <exception cref="IndexCorruptException">It is none.</exception>
    internal EffortCurves(Section section)
    {
        if (section.Bytes < CurvesHeader.SizeBytes)
        {
            throw section.Wrong(0, $"is a section of curves of {section.Bytes} bytes");
        }

        var header = MemoryMarshal.Read<CurvesHeader>(section.Read<byte>(0, CurvesHeader.SizeBytes));
        if (header.Magic != CurvesHeader.MagicValue
            || header.Version != CurvesHeader.VersionNewest
            || header.PointCount > PointsMax
            || section.Bytes != CurvesHeader.SizeBytes + ((long)header.PointCount * CurvePoint.SizeBytes))
        {
            throw section.Wrong(
                0,
                $"begins with {header.Magic:x16}, version {header.Version}, {header.PointCount} points in "
                + $"{section.Bytes} bytes");
        }

        QueryCount = (int)header.QueryCount;
        _points = MemoryMarshal.Cast<byte, CurvePoint>(
            section.Read<byte>(
                CurvesHeader.SizeBytes, (int)header.PointCount * CurvePoint.SizeBytes)).ToArray();
        foreach (CurvePoint point in _points)
        {
            if (point.Strategy is < (uint)SearchStrategy.Ivf or >= (uint)SearchStrategy.Mixed
                || point.K is 0 or > IndexLimits.KMax
                || point.Breadth is 0 or > IndexLimits.EffortMax
                || point.Rescored > IndexLimits.EffortMax
                || point.Recall is not (>= 0 and <= 1))
            {
                throw section.Wrong(CurvesHeader.SizeBytes, "has a point that no measurement gives");
            }
        }
    }

    /// <summary>Rows that were asked for.</summary>
    internal int QueryCount { get; }

    internal ReadOnlySpan<CurvePoint> Points => _points;

    /// <summary>The best recall that was measured for so many matches; 0: nothing was.</summary>
    internal double BestRecall(int wanted)
    {
        int k = KFor(wanted);
        double best = 0;
        foreach (CurvePoint point in _points)
        {
            best = point.K == k ? Math.Max(best, point.Recall) : best;
        }

        return best;
    }

    /// <summary>
    /// The cheapest way to a recall; null: none was found that reaches it. O(points), allocates nothing.
    /// </summary>
    /// <param name="recall">The share of true matches.</param>
    /// <param name="wanted">Matches.</param>
    /// <param name="costs">What the steps cost.</param>
    internal EffortChoice? Find(double recall, int wanted, in ColumnCosts costs)
    {
        int k = KFor(wanted);
        double factor = Math.Max(1, (double)wanted / k);
        EffortChoice? best = null;
        for (int i = 0; i < _points.Length; i++)
        {
            ref readonly CurvePoint point = ref _points[i];
            if (point.K != k || point.Recall < recall)
            {
                continue;
            }

            EffortChoice choice = At(i, recall, costs);
            if (best is null || choice.CostNs < best.Value.CostNs)
            {
                best = choice;
            }
        }

        return best is { } found
            ? found with { Effort = Times(found.Effort, factor), CostNs = found.CostNs * factor }
            : null;
    }

    /// <summary>
    /// The effort of a point, or one between it and the one before, as far as the recall needs.
    /// </summary>
    private EffortChoice At(int index, double recall, in ColumnCosts costs)
    {
        CurvePoint point = _points[index];
        double cost = costs.Ns(point);
        if (index > 0)
        {
            CurvePoint before = _points[index - 1];
            if (before.Strategy == point.Strategy && before.K == point.K && before.Rescored == point.Rescored
                && before.Recall < recall && before.Breadth < point.Breadth)
            {
                double part = (recall - before.Recall) / (point.Recall - before.Recall);
                double breadth = before.Breadth + (part * (point.Breadth - before.Breadth));
                double costBefore = costs.Ns(before);
                return new EffortChoice(
                    point.Effort with { Breadth = (int)Math.Ceiling(breadth) },
                    recall,
                    costBefore + (part * (cost - costBefore)));
            }
        }

        return new EffortChoice(point.Effort, point.Recall, cost);
    }

    private static int KFor(int wanted)
    {
        foreach (int k in Ks)
        {
            if (wanted <= k)
            {
                return k;
            }
        }

        return Ks[^1];
    }

    private static SearchEffort Times(SearchEffort effort, double factor) => factor == 1
        ? effort
        : effort with
        {
            Breadth = (int)Math.Min(Math.Ceiling(effort.Breadth * factor), IndexLimits.EffortMax),
            Rescored = (int)Math.Min(Math.Ceiling(effort.Rescored * factor), IndexLimits.EffortMax),
        };
}
