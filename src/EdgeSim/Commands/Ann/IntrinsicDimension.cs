using EdgeSim.Index;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// How many directions there are around a point, estimated from how its neighbours' distances grow: minus the
/// inverse of the mean of ln(r_i / r_k). Levina and Bickel 2004.
/// </summary>
internal static class IntrinsicDimension
{
    /// <summary>
    /// Median over all queries; NaN where no query has two neighbours at different distances.
    /// </summary>
    internal static double Median(IEnumerable<Neighbour[]> neighbours, Metric metric)
    {
        double[] estimates =
        [
            .. neighbours.Select(one => Of(one, metric)).Where(double.IsFinite).Order(),
        ];
        return estimates.Length == 0 ? double.NaN : Percentiles.Of(estimates, 50);
    }

    /// <summary>Of one query; not finite where it has no estimate.</summary>
    internal static double Of(ReadOnlySpan<Neighbour> nearest, Metric metric)
    {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < nearest.Length - 1; i++)
        {
            // A row that is the query itself says nothing.
            if (nearest[i].Distance > 0)
            {
                sum += Math.Log(nearest[i].Distance / nearest[^1].Distance);
                count++;
            }
        }

        // 1 - cos grows as the square of the straight line between unit vectors.
        double power = metric == Metric.Cosine ? 0.5 : 1;
        return metric == Metric.Dot ? double.NaN : -1 / (sum * power / count);
    }
}
