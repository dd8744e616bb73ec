using EdgeSim.Index.Payloads;
using EdgeSim.Index.Tests.Payloads;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search;

/// <summary>
/// The nearest rows are those of plain loops in double; whatever else is asked leaves a part of that list.
/// </summary>
public sealed class FlatSearchTests(ITestOutputHelper output)
{
    private const ulong Seed = 4242;

    public static TheoryData<Metric, int, int> Worlds()
    {
        var data = new TheoryData<Metric, int, int>();
        foreach (Metric metric in Enum.GetValues<Metric>())
        {
            foreach ((int dimension, int points) in new[]
                { (1, 70), (2, 400), (15, 300), (16, 33), (17, 900), (100, 500), (700, 90) })
            {
                data.Add(metric, dimension, Emulation.Choose(points, Math.Min(points, 120)));
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Search_AnyOptions_IsAPartOfTheWholeList(Metric metric, int dimension, int points)
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed + (ulong)((dimension * 7) + (int)metric));
        using var world = new QueryWorld(metric, dimension, points, random.Next(), dimension % 2 == 0);
        using CollectionReader reader = world.Collection.Read();
        List<(Key Key, double[] Stored)> rows = QueryWorld.Stored(reader, 0);
        var scratch = new SearchScratch();
        for (int round = 0; round < Emulation.Choose(30, 8); round++)
        {
            float[] query = world.Query(ref random);
            Match[] all = All(reader, query, SearchOptions.Default, scratch);
            double[] wide = QueryWorld.Wide(query);
            QueryWorld.AssertAll(
                rows, stored => QueryWorld.Score(metric, wide, stored), all, $"round {round}");

            Filter? filter = random.Below(4) == 0 ? null : QueryWorld.RandomFilter(ref random);
            int k = random.Below(4) == 0 ? 1 + random.Below(2 * points) : 1 + random.Below(8);
            var options = new SearchOptions
            {
                Filter = filter,
                Offset = random.Below(3) == 0 ? random.Below(points) : 0,
                ScoreMin = random.Below(3) == 0 ? all[random.Below(all.Length)].Score : null,
                Threads = 1 + random.Below(3),
            };
            Match[] expected = all
                .Where(match => filter is null
                    || FilterOracle.Matches(filter, match.Key, world.PayloadOf(match.Key)))
                .Where(match => options.ScoreMin is null || match.Score >= options.ScoreMin)
                .Skip(options.Offset).Take(k).ToArray();
            var matches = new Match[k];
            SearchStatistics statistics = reader.Search(query, options, scratch, matches);
            Assert.Equal(expected, matches[..statistics.MatchCount]);
            Assert.True(statistics.Complete);
            Assert.Equal(filter is null, statistics.FilterPlan == FilterPlan.None);
            Assert.True(statistics.RowsScanned <= reader.Snapshot.Views.Sum(view => view.RowCount)
                + reader.Snapshot.Fresh.Sum(view => view.RowCount));
        }
    }

    [Fact]
    public void Search_NamedVector_IsOfTheRowsThatHaveIt()
    {
        var random = new SplitMix64(Seed);
        using var world = new QueryWorld(Metric.Euclid, 5, 300, 5);
        using CollectionReader reader = world.Collection.Read();
        float[] query = random.Vector(2);
        var options = new SearchOptions { Vector = QueryWorld.Second };
        double[] wide = QueryWorld.Wide(query);
        QueryWorld.AssertAll(
            QueryWorld.Stored(reader, 1),
            stored => QueryWorld.Score(Metric.Dot, wide, stored),
            All(reader, query, options, new SearchScratch()),
            "second");
    }

    [Fact]
    public void Search_FilterFirstAndLast_AreChosenByEstimate_AndAgree()
    {
        using var world = new QueryWorld(Metric.Cosine, 20, Emulation.Choose(3000, 600), 9);
        world.Collection.Compact();
        var random = new SplitMix64(Seed);
        float[] query = world.Query(ref random);
        using CollectionReader reader = world.Collection.Read();
        Match[] all = All(reader, query, SearchOptions.Default, new SearchScratch());
        (Filter Filter, FilterPlan Plan)[] cases =
        [
            (new Filter { Must = [new MatchValue("n", 7L)] }, FilterPlan.First),
            (new Filter { Must = [new MatchValue("m", 1L)] }, FilterPlan.Last),
            (new Filter { Must = [new HasId([1UL, 2UL, 3UL])] }, FilterPlan.First),
        ];
        foreach ((Filter filter, FilterPlan plan) in cases)
        {
            var matches = new Match[5];
            SearchStatistics statistics = reader.Search(
                query, new SearchOptions { Filter = filter }, new SearchScratch(), matches);
            Assert.Equal(plan, statistics.FilterPlan);
            Assert.Equal(
                all.Where(match => FilterOracle.Matches(filter, match.Key, world.PayloadOf(match.Key))).Take(5),
                matches[..statistics.MatchCount]);
            if (plan == FilterPlan.First)
            {
                Assert.True(statistics.RowsScanned < all.Length / 10, $"{statistics}");
                Assert.True(statistics.RowsFiltered >= all.Length * 9 / 10, $"{statistics}");
            }
        }
    }

    [Fact]
    public void Search_EmptyFilter_IsNone()
    {
        using var world = new QueryWorld(Metric.Dot, 3, 50, 1);
        using CollectionReader reader = world.Collection.Read();
        var matches = new Match[3];
        SearchStatistics statistics = reader.Search(
            [1f, 2f, 3f], new SearchOptions { Filter = new Filter() }, new SearchScratch(), matches);
        Assert.Equal((3, FilterPlan.None), (statistics.MatchCount, statistics.FilterPlan));
    }

    [Fact]
    public void Search_NothingThere_FindsNothing()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Cosine, 3), Rows.Quiet);
        using CollectionReader reader = collection.Read();
        var scratch = new SearchScratch();
        Assert.Equal(
            new SearchStatistics(0, 0, 0, 0, true),
            reader.Search([1f, 0f, 0f], SearchOptions.Default with { Threads = 4 }, scratch, new Match[3]));
        Assert.Equal(0, reader.Search([1f, 0f, 0f], SearchOptions.Default, scratch, []).MatchCount);
    }

    [Fact]
    public void Search_DeletedWhileFiltered_IsNeverReturned()
    {
        using var world = new QueryWorld(Metric.Cosine, 4, 200, 3);
        var random = new SplitMix64(Seed);
        float[] query = world.Query(ref random);
        var scratch = new SearchScratch();
        var options = new SearchOptions { Filter = new Filter { Must = [new NumberRange("n") { Lt = 60 }] } };
        var gone = new HashSet<Key>();
        while (true)
        {
            using CollectionReader reader = world.Collection.Read();
            var matches = new Match[9];
            int count = reader.Search(query, options, scratch, matches).MatchCount;
            Assert.DoesNotContain(matches[..count], match => gone.Contains(match.Key));
            if (count == 0)
            {
                break;
            }

            world.Collection.Delete(matches[0].Key);
            gone.Add(matches[0].Key);
        }

        Assert.True(gone.Count > 50);
    }

    [Theory]
    [InlineData(Metric.Cosine, 3, 30_000)]
    [InlineData(Metric.Euclid, 1000, 2_400)]
    [InlineData(Metric.Dot, 64, 9_000)]
    public void Search_SeveralThreads_FindTheSame(Metric metric, int dimension, int points)
    {
        var random = new SplitMix64(Seed);
        using var world = new QueryWorld(
            metric, dimension, Emulation.Choose(points, points / 3), random.Next());
        using CollectionReader reader = world.Collection.Read();
        var one = new SearchScratch();
        var several = new SearchScratch();
        for (int round = 0; round < Emulation.Choose(40, 6); round++)
        {
            float[] query = world.Query(ref random);
            var options = new SearchOptions
            {
                Filter = round % 2 == 0 ? null : QueryWorld.RandomFilter(ref random),
                Offset = round % 3,
            };
            var expected = new Match[1 + random.Below(300)];
            var matches = new Match[expected.Length];
            SearchStatistics first = reader.Search(query, options, one, expected);
            SearchStatistics second = reader.Search(
                query, options with { Threads = 2 + (round % 4) }, several, matches);
            Assert.Equal(expected, matches);
            Assert.Equal(
                first with { RowsRescored = 0, RowsFiltered = 0 },
                second with { RowsRescored = 0, RowsFiltered = 0 });
        }
    }

    [Fact]
    public void Search_OneVectorOneThread_AllocatesNothing()
    {
        using var world = new QueryWorld(Metric.Cosine, 40, 2000, 8);
        using CollectionReader reader = world.Collection.Read();
        var random = new SplitMix64(Seed);
        float[] query = world.Query(ref random);
        var scratch = new SearchScratch();
        var matches = new Match[100];
        var options = new SearchOptions { Offset = 3, ScoreMin = -0.9f };
        long least = long.MaxValue;
        for (int i = 0; i < 40; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            _ = reader.Search(query, options, scratch, matches);
            _ = reader.Search(query, scratch, matches);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void Search_Errors_SayWhatIsAllowed()
    {
        using var world = new QueryWorld(Metric.Cosine, 3, 30, 8);
        var scratch = new SearchScratch();
        Refuses("Offset is -1", [1f, 2f, 3f], new SearchOptions { Offset = -1 }, 1);
        Refuses("Offset is 10001", [1f, 2f, 3f], new SearchOptions { Offset = 10_001 }, 1);
        Refuses("Threads is 0", [1f, 2f, 3f], new SearchOptions { Threads = 0 }, 1);
        Refuses("ScoreMin is not", [1f, 2f, 3f], new SearchOptions { ScoreMin = float.NaN }, 1);
        Refuses("10001 matches", [1f, 2f, 3f], SearchOptions.Default, 10_001);
        Refuses("has 2 components", [1f, 2f], SearchOptions.Default, 1);
        Refuses("no vector 'x'", [1f, 2f, 3f], new SearchOptions { Vector = "x" }, 1);
        Refuses("is zero", [0f, 0f, 0f], SearchOptions.Default, 1);

        void Refuses(string message, float[] query, SearchOptions options, int k)
        {
            using CollectionReader reader = world.Collection.Read();
            ArgumentException? refused = null;
            try
            {
                _ = reader.Search(query, options, scratch, new Match[k]);
            }
            catch (ArgumentException e)
            {
                refused = e;
            }

            Assert.Contains(message, refused?.Message);
        }
    }

    internal static Match[] All(
        in CollectionReader reader, float[] query, SearchOptions options, SearchScratch scratch)
    {
        var matches = new Match[IndexLimits.KMax];
        return matches[..reader.Search(query, options, scratch, matches).MatchCount];
    }
}
