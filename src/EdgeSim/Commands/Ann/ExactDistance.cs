using EdgeSim.Index;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// The distance that truth files hold, smaller is nearer: for euclid the straight line, for cosine 1 - cos,
/// for dot minus the inner product. In double, component by component, so that it depends neither on the
/// kernels nor on the order in which rows come. O(dimension).
/// </summary>
internal static class ExactDistance
{
    internal static double Of(Metric metric, ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        double dot = 0, squares = 0, queryNorm = 0, rowNorm = 0;
        for (int i = 0; i < query.Length; i++)
        {
            double a = query[i], b = row[i];
            dot += a * b;
            squares += (a - b) * (a - b);
            queryNorm += a * a;
            rowNorm += b * b;
        }

        return metric switch
        {
            Metric.Euclid => Math.Sqrt(squares),
            Metric.Cosine => 1 - (dot / Math.Sqrt(queryNorm * rowNorm)),
            _ => -dot,
        };
    }
}
