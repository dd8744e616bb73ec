using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search;

/// <summary>Chooses among candidates by nearness and difference: see <see cref="Diversity"/>.</summary>
internal static class DiverseChoice
{
    /// <summary>
    /// Chooses as many as there is room for after the offset, in the order of choice. O(chosen x candidates x
    /// dimension); copies the candidates' codes.
    /// </summary>
    /// <param name="request">Where the candidates are from.</param>
    /// <param name="lambda">1: nearness only; 0: difference only.</param>
    /// <param name="candidates">Best first.</param>
    /// <param name="matches">Receives the chosen ones.</param>
    internal static int Choose(
        in ScanRequest request, float lambda, ReadOnlySpan<Match> candidates, Span<Match> matches)
    {
        int stride = request.Options.Stride;
        var codes = new sbyte[candidates.Length * stride];
        var sides = new QuantizedRow[candidates.Length];
        for (int i = 0; i < candidates.Length; i++)
        {
            IRowSource source = request.Snapshot.Source(request.Snapshot.IndexOf(candidates[i].Segment));
            int vector = source.VectorOf(request.Column, candidates[i].Ordinal);
            source.Codes(request.Column, vector).CopyTo(codes.AsSpan(i * stride));
            sides[i] = source.Side(request.Column, vector);
        }

        var nearest = new double[candidates.Length];
        Array.Fill(nearest, double.NegativeInfinity);
        var isChosen = new bool[candidates.Length];
        var dots = new int[candidates.Length];
        int wanted = Math.Min(request.Offset + matches.Length, candidates.Length);
        for (int n = 0; n < wanted; n++)
        {
            int best = n == 0 ? 0 : Best(request.Metric, lambda, candidates, nearest, isChosen);
            isChosen[best] = true;
            if (n >= request.Offset)
            {
                matches[n - request.Offset] = candidates[best];
            }

            request.Kernels.Dot(codes.AsSpan(best * stride, stride), codes, dots);
            for (int i = 0; i < dots.Length; i++)
            {
                nearest[i] = Math.Max(
                    nearest[i], Similarity(request.Metric, dots[i], sides[best], sides[i]));
            }
        }

        return Math.Max(0, wanted - request.Offset);
    }

    private static int Best(
        Metric metric,
        float lambda,
        ReadOnlySpan<Match> candidates,
        ReadOnlySpan<double> nearest,
        ReadOnlySpan<bool> isChosen)
    {
        int best = -1;
        double bestValue = 0;
        for (int i = 0; i < candidates.Length; i++)
        {
            double score = candidates[i].Score;
            double relevance = metric == Metric.Euclid ? -(score * score) : score;
            double value = (lambda * relevance) - ((1.0 - lambda) * nearest[i]);
            if (!isChosen[i] && (best < 0 || value > bestValue))
            {
                best = i;
                bestValue = value;
            }
        }

        return best;
    }

    /// <summary>Similarity of two stored rows from the dot product of their codes, which is exact.</summary>
    private static double Similarity(Metric metric, int dot, QuantizedRow one, QuantizedRow other)
    {
        double product = (double)one.Scale * other.Scale * dot;
        return metric switch
        {
            Metric.Cosine => Math.Clamp(dot / Math.Sqrt((double)one.SquareSum * other.SquareSum), -1.0, 1.0),
            Metric.Dot => product,
            _ => Math.Min(0, (2 * product) - Square(one) - Square(other)),
        };
    }

    private static double Square(QuantizedRow row) => (double)row.Scale * row.Scale * row.SquareSum;
}
