using EdgeSim.Index.Kernels;
using EdgeSim.Index.Search;
using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search.Lists;

/// <summary>Which lists come first, and what the bounds promise.</summary>
public sealed class ListRankingTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Metric.Cosine, 5, 1f)]
    [InlineData(Metric.Cosine, 40, 300f)]
    [InlineData(Metric.Euclid, 5, 1f)]
    [InlineData(Metric.Euclid, 24, 1e16f)]
    [InlineData(Metric.Euclid, 24, 1e-16f)]
    [InlineData(Metric.Dot, 5, 1f)]
    [InlineData(Metric.Dot, 24, 1e8f)]
    public void CanReach_NeverDeniesARowItsScore(object metric, int dimension, float length)
    {
        float[] values = Clusters.Unit(1500, dimension, 30, 0.3, 1);
        var random = new SplitMix64(3);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= length;
        }

        using Collection collection = ListSegments.Create(
            _directory.Sub("c"), (Metric)metric, dimension, values);
        using CollectionReader reader = collection.Read();
        SegmentColumn column = reader.Snapshot.Views[0].Segment.Column(0);
        var ranking = new ListRanking();
        var matches = new Match[1500];
        int denied = 0;
        for (int round = 0; round < 40; round++)
        {
            // Rows themselves, rows moved a little, and anything.
            float[] query = values.AsSpan(random.Below(1500) * dimension, dimension).ToArray();
            for (int i = 0; i < dimension && round % 3 > 0; i++)
            {
                query[i] = (round % 3 == 1 ? query[i] : 0f) + (0.2f * length * random.Signed());
            }

            Rank(ranking, column.Lists!, (Metric)metric, query, 4);
            Assert.Equal(Math.Min(4, column.Lists!.Count), ranking.Count);
            reader.Search(query, new SearchScratch(), matches);
            foreach (Match match in matches)
            {
                int list = column.Lists!.ListOf(column.VectorOf(match.Ordinal));
                Assert.True(ranking.CanReach(list, match.Score), $"list {list}, score {match.Score}");
            }

            float best = matches[0].Score;
            denied += Enumerable.Range(0, column.Lists!.Count).Count(list => !ranking.CanReach(list, best));
        }

        Assert.True(denied > 0, "no list was ever passed over");
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Euclid)]
    [InlineData(Metric.Dot)]
    public void Rank_TheNearestCentroidsComeFirst(object metric)
    {
        const int Dimension = 20;
        float[] values = Clusters.Unit(4000, Dimension, 30, 0.6, 2);
        using Collection collection = ListSegments.Create(
            _directory.Sub("c"), (Metric)metric, Dimension, values);
        using CollectionReader reader = collection.Read();
        ListTable table = reader.Snapshot.Views[0].Segment.Column(0).Lists!;
        var ranking = new ListRanking();
        foreach (int wanted in new[] { 1, 7, table.Count })
        {
            float[] query = values[..Dimension];
            Rank(ranking, table, (Metric)metric, query, wanted);
            double[] scores = new double[table.Count];
            for (int list = 0; list < table.Count; list++)
            {
                scores[list] = (Metric)metric == Metric.Euclid
                    ? -Clusters.DistanceSquared(query, table.Centroid(list))
                    : Clusters.Dot(query, table.Centroid(list));
            }

            double[] expected = [.. scores.OrderDescending().Take(wanted)];
            for (int i = 0; i < wanted; i++)
            {
                // As far as int8 codes can tell.
                Assert.InRange(scores[ranking.Lists[i]], expected[i] - 0.02, expected[i] + 0.02);
                Assert.True(ranking.IsRanked(ranking.Lists[i]));
            }

            Assert.Equal(wanted, ranking.Lists.ToArray().Distinct().Count());
        }
    }

    private static void Rank(ListRanking ranking, ListTable table, Metric metric, float[] query, int wanted)
    {
        float[] padded = new float[table.Stride];
        sbyte[] codes = new sbyte[table.Stride];
        PreparedQuery prepared = PreparedQuery.Create(query, metric, padded, codes);
        ranking.Rank(table, VectorKernels.Best, metric, padded, codes, prepared.Scale, wanted);
    }
}
