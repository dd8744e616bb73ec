using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Search;

/// <summary>The vectors that make a score together, ready for a scan. Read by all threads.</summary>
internal sealed class ExampleLanes
{
    private const double Margin = 1.0 / (1 << 23);

    private readonly ExampleRule _rule;
    private readonly bool[] _isNegative;

    /// <param name="rule">How they make a score.</param>
    /// <param name="vectors">[lanes][dimension], in the order of the rule.</param>
    /// <param name="isNegative">Which of them a match is to be unlike.</param>
    /// <param name="metric">The collection's.</param>
    /// <param name="kernels">The arithmetic.</param>
    /// <param name="buffer">Receives the vectors; room for them is there.</param>
    /// <exception cref="VectorException">One cannot be compared.</exception>
    internal ExampleLanes(
        ExampleRule rule,
        IReadOnlyList<float[]> vectors,
        bool[] isNegative,
        Metric metric,
        VectorKernels kernels,
        LaneBuffer buffer)
    {
        _rule = rule;
        _isNegative = isNegative;
        Kernels = kernels;
        Buffer = buffer;
        Queries = new PreparedQuery[vectors.Count];
        for (int i = 0; i < Queries.Length; i++)
        {
            Queries[i] = PreparedQuery.Create(vectors[i], metric, buffer.Values(i), buffer.Codes(i));
        }
    }

    internal PreparedQuery[] Queries { get; }

    internal LaneBuffer Buffer { get; }

    internal VectorKernels Kernels { get; }

    internal bool IsNegative(int lane) => _isNegative[lane];

    /// <summary>The score of the similarities to all lanes.</summary>
    internal double Combine(ReadOnlySpan<double> similarities) => _rule switch
    {
        ExampleRule.BestScore => BestScore(similarities),
        ExampleRule.SumScores => SumScores(similarities),
        ExampleRule.Discover => Rank(similarities[1..]) + Share(similarities[0]),
        _ => Loss(similarities),
    };

    private double BestScore(ReadOnlySpan<double> similarities)
    {
        double positive = double.NegativeInfinity;
        double negative = double.NegativeInfinity;
        for (int i = 0; i < similarities.Length; i++)
        {
            if (_isNegative[i])
            {
                negative = Math.Max(negative, similarities[i]);
            }
            else
            {
                positive = Math.Max(positive, similarities[i]);
            }
        }

        return positive > negative ? Share(positive) : -Share(negative);
    }

    private double SumScores(ReadOnlySpan<double> similarities)
    {
        double sum = 0;
        for (int i = 0; i < similarities.Length; i++)
        {
            sum += _isNegative[i] ? -similarities[i] : similarities[i];
        }

        return sum;
    }

    private static double Rank(ReadOnlySpan<double> pairs)
    {
        int rank = 0;
        for (int i = 0; i < pairs.Length; i += 2)
        {
            rank += pairs[i].CompareTo(pairs[i + 1]);
        }

        return rank;
    }

    private static double Loss(ReadOnlySpan<double> pairs)
    {
        double loss = 0;
        for (int i = 0; i < pairs.Length; i += 2)
        {
            loss += Sigmoid(Math.Min(pairs[i] - pairs[i + 1] - Margin, 0));
        }

        return loss;
    }

    /// <summary>-1 to 1.</summary>
    private static double Sigmoid(double x) => x / (1 + Math.Abs(x));

    /// <summary>0 to 1.</summary>
    private static double Share(double x) => 0.5 * (Sigmoid(x) + 1);
}
