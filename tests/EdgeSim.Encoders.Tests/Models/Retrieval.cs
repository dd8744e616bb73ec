namespace EdgeSim.Encoders.Tests.Models;

/// <summary>How well neighbours by cosine answer the question they are asked.</summary>
internal static class Retrieval
{
    /// <summary>
    /// Every vector is a query among all others; those of its class are right. Classes need two members at
    /// least.
    /// </summary>
    /// <returns>
    /// Share of queries whose nearest is right; mean share of right ones among the ten nearest; mean average
    /// precision: for each query the mean, over the right ones, of the share of right ones down to its rank.
    /// </returns>
    public static (double First, double Ten, double AveragePrecision) OfClasses(
        IReadOnlyList<float[]> vectors, Func<int, string> classOf)
    {
        double first = 0;
        double ten = 0;
        double average = 0;
        for (int query = 0; query < vectors.Count; query++)
        {
            string expected = classOf(query);
            int[] nearest = Vectors.Nearest(vectors, query, vectors.Count - 1);
            bool[] right = [.. nearest.Select(i => classOf(i) == expected)];
            first += right[0] ? 1 : 0;
            ten += right.Take(10).Count(each => each) / 10.0;
            average += AveragePrecision(right);
        }

        return (first / vectors.Count, ten / vectors.Count, average / vectors.Count);
    }

    /// <summary>Share of copies whose nearest original is their own, the one at the same position.</summary>
    public static double OfCopies(IReadOnlyList<float[]> copies, IReadOnlyList<float[]> originals) =>
        Enumerable.Range(0, copies.Count).Average(
            i => originals.Index().MaxBy(o => Vectors.Cosine(copies[i], o.Item)).Index == i ? 1.0 : 0.0);

    private static double AveragePrecision(bool[] right)
    {
        double sum = 0;
        int found = 0;
        for (int rank = 1; rank <= right.Length; rank++)
        {
            if (right[rank - 1])
            {
                found++;
                sum += (double)found / rank;
            }
        }

        return sum / found;
    }
}
