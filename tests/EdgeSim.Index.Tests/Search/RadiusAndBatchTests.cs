using EdgeSim.Index.Search;
using EdgeSim.Index.Tests.Payloads;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search;

/// <summary>A radius is the head of the whole list, and a batch is its single searches.</summary>
public sealed class RadiusAndBatchTests(ITestOutputHelper output)
{
    private const ulong Seed = 777;

    [Theory]
    [InlineData(Metric.Cosine, 9)]
    [InlineData(Metric.Dot, 33)]
    [InlineData(Metric.Euclid, 1)]
    [InlineData(Metric.Euclid, 48)]
    public void SearchWithin_AnyScore_IsTheHeadOfTheList_AndCountsTheRest(Metric metric, int dimension)
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed);
        using var world = new QueryWorld(metric, dimension, Emulation.Choose(1500, 300), random.Next());
        using CollectionReader reader = world.Collection.Read();
        var scratch = new SearchScratch();
        long cheap = 0;
        for (int round = 0; round < Emulation.Choose(60, 12); round++)
        {
            float[] query = world.Query(ref random);
            Match[] all = FlatSearchTests.All(reader, query, SearchOptions.Default, scratch);
            float score = round % 7 == 0
                ? float.NegativeInfinity
                : all[(int)(all.Length * random.Fraction() * random.Fraction())].Score;
            var options = new SearchOptions
            {
                Filter = round % 2 == 0 ? null : QueryWorld.RandomFilter(ref random),
                Threads = 1 + (round % 3),
            };
            Match[] within = all.Where(match => match.Score >= score && (options.Filter is null
                || FilterOracle.Matches(options.Filter, match.Key, world.PayloadOf(match.Key)))).ToArray();
            var matches = new Match[random.Below(3) == 0 ? all.Length : random.Below(50)];
            Radius radius = metric == Metric.Euclid && round % 2 == 0 && float.IsFinite(score)
                ? Radius.OfDistance(-score)
                : Radius.OfScore(score);
            SearchStatistics statistics = reader.SearchWithin(query, radius, options, scratch, matches);
            Assert.Equal(within.Take(matches.Length), matches[..statistics.MatchCount]);
            Assert.Equal(Math.Max(0, within.Length - matches.Length), statistics.MatchesLeftOut);
            Assert.Equal(within.Length <= matches.Length, statistics.Complete);
            cheap += within.Length - statistics.RowsRescored > 0 ? 1 : 0;
        }

        Assert.True(cheap > 0, "Every row within a radius was measured, although its codes say enough.");
    }

    [Fact]
    public void SearchWithin_CosineDistance_IsOneMinusTheScore()
    {
        using var world = new QueryWorld(Metric.Cosine, 4, 400, 2);
        using CollectionReader reader = world.Collection.Read();
        var scratch = new SearchScratch();
        float[] query = [1f, 0.2f, -0.4f, 0.1f];
        Match[] all = FlatSearchTests.All(reader, query, SearchOptions.Default, scratch);
        var matches = new Match[all.Length];
        int count = reader.SearchWithin(
            query, Radius.OfDistance(0.25f), SearchOptions.Default, scratch, matches).MatchCount;
        Assert.Equal(all.Where(match => match.Score >= 0.75f), matches[..count]);
        Assert.InRange(count, 1, all.Length - 1);
    }

    [Fact]
    public void SearchWithin_AQueryByExamples_IsTheHeadOfItsList()
    {
        using var world = new QueryWorld(Metric.Cosine, 6, 500, 12);
        using CollectionReader reader = world.Collection.Read();
        var random = new SplitMix64(Seed);
        var query = new RecommendQuery
        {
            Positives = [world.Query(ref random)],
            Negatives = [world.Query(ref random), world.Query(ref random)],
            Strategy = RecommendStrategy.SumScores,
        };
        var scratch = new SearchScratch();
        var all = new Match[1000];
        int count = reader.Search(query, SearchOptions.Default, scratch, all).MatchCount;
        float score = all[count / 2].Score;
        int within = all[..count].Count(match => match.Score >= score);
        var matches = new Match[10];
        SearchStatistics statistics = reader.SearchWithin(
            query, Radius.OfScore(score), SearchOptions.Default, scratch, matches);
        Assert.Equal(all[..10], matches);
        Assert.Equal(within - 10, statistics.MatchesLeftOut);
    }

    [Theory]
    [InlineData(Metric.Cosine, float.NaN, false, "radius is NaN")]
    [InlineData(Metric.Cosine, -1f, true, "radius is -1")]
    [InlineData(Metric.Dot, 1f, true, "is a distance")]
    public void SearchWithin_NoRadius_IsRefused(Metric metric, float value, bool isDistance, string message)
    {
        using var world = new QueryWorld(metric, 3, 9, 2);
        using CollectionReader reader = world.Collection.Read();
        ArgumentException? refused = null;
        try
        {
            Radius radius = isDistance ? Radius.OfDistance(value) : Radius.OfScore(value);
            _ = reader.SearchWithin(
                [1f, 1f, 1f], radius, SearchOptions.Default, new SearchScratch(), new Match[1]);
        }
        catch (ArgumentException e)
        {
            refused = e;
        }

        Assert.Contains(message, refused?.Message);
    }

    [Theory]
    [InlineData(Metric.Cosine, 1)]
    [InlineData(Metric.Dot, 30)]
    [InlineData(Metric.Euclid, 96)]
    public void SearchBatch_AnySize_IsTheSingleSearches(Metric metric, int dimension)
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed);
        using var world = new QueryWorld(metric, dimension, Emulation.Choose(2500, 300), random.Next());
        using CollectionReader reader = world.Collection.Read();
        var scratch = new SearchScratch();
        var single = new SearchScratch();
        foreach (int count in new[] { 1, 2, 3, 4, 5, 7, 8, 13, 256 })
        {
            int k = random.Below(40);
            float[] queries = new float[count * dimension];
            for (int i = 0; i < count; i++)
            {
                world.Query(ref random).CopyTo(queries, i * dimension);
            }

            var options = new SearchOptions
            {
                Filter = count % 2 == 0 ? null : QueryWorld.RandomFilter(ref random),
                Offset = count % 3,
                Threads = 1 + (count % 4),
            };
            var matches = new Match[count * k];
            int[] counts = new int[count];
            SearchStatistics statistics = reader.SearchBatch(queries, options, scratch, matches, counts);
            Assert.Equal(counts.Sum(), statistics.MatchCount);
            for (int i = 0; i < count; i++)
            {
                var expected = new Match[k];
                int found = reader.Search(
                    queries.AsSpan(i * dimension, dimension), options, single, expected).MatchCount;
                Assert.Equal(expected[..found], matches.AsSpan(i * k, counts[i]).ToArray());
            }
        }
    }

    [Fact]
    public void SearchBatch_OutOfBounds_IsRefused()
    {
        using var world = new QueryWorld(Metric.Dot, 2, 9, 2);
        Refuses("0 queries", 0, 0, 0);
        Refuses("257 queries", 514, 257, 257);
        Refuses("3 components", 3, 2, 2);
        Refuses("3 matches", 4, 3, 2);
        Refuses("keep 2000 matches", 400, 400_000, 200);

        void Refuses(string message, int components, int matches, int queries)
        {
            using CollectionReader reader = world.Collection.Read();
            ArgumentException? refused = null;
            try
            {
                _ = reader.SearchBatch(
                    new float[components],
                    SearchOptions.Default,
                    new SearchScratch(),
                    new Match[matches],
                    new int[queries]);
            }
            catch (ArgumentException e)
            {
                refused = e;
            }

            Assert.Contains(message, refused?.Message);
        }
    }
}
