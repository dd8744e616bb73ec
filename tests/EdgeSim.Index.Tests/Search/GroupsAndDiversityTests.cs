using System.Text;
using System.Text.Json.Nodes;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Search;
using EdgeSim.Index.Tests.Payloads;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search;

/// <summary>Groups and diverse choices against plain loops over the whole list.</summary>
public sealed class GroupsAndDiversityTests(ITestOutputHelper output)
{
    private const ulong Seed = 2_718;

    [Theory]
    [InlineData(Metric.Cosine, 12, true)]
    [InlineData(Metric.Dot, 3, false)]
    [InlineData(Metric.Euclid, 40, true)]
    public void SearchGroups_AnySizes_AreTheGroupsOfTheWholeList(Metric metric, int dimension, bool isIndexed)
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed);
        using var world = new QueryWorld(
            metric, dimension, Emulation.Choose(1200, 300), random.Next(), isIndexed);
        using CollectionReader reader = world.Collection.Read();
        var scratch = new SearchScratch();
        for (int round = 0; round < Emulation.Choose(60, 12); round++)
        {
            VectorQuery query = Query(ref random, world, round);
            var options = new SearchOptions
            {
                Filter = round % 2 == 0 ? null : QueryWorld.RandomFilter(ref random),
                Threads = 1 + (round % 3),
            };
            var all = new Match[IndexLimits.KMax];
            all = all[..reader.Search(query, options, scratch, all).MatchCount];
            if (round % 3 == 1 && all.Length > 0)
            {
                options = options with { ScoreMin = all[random.Below(all.Length)].Score };
                all = all.Where(match => match.Score >= options.ScoreMin).ToArray();
            }

            string path = round % 5 == 0 ? "n" : "tag";
            var groups = new GroupOptions(
                path, 1 + random.Below(round % 4 == 0 ? 200 : 8), 1 + random.Below(5));
            List<(object Value, Match[] Matches)> expected = Expected(world, all, groups);
            IReadOnlyList<MatchGroup> found = reader.SearchGroups(
                query, groups, options, scratch, out SearchStatistics statistics);
            Assert.Equal(
                expected.Select(group => (group.Value, group.Matches[0].Key)),
                found.Select(
                    group => ((object?)group.Value.Text ?? group.Value.Number!, group.Matches[0].Key)));
            for (int i = 0; i < found.Count; i++)
            {
                Assert.Equal(expected[i].Matches, found[i].Matches);
            }

            Assert.Equal(found.Sum(group => group.Matches.Count), statistics.MatchCount);
        }
    }

    [Fact]
    public void SearchGroups_HugeIntegersFloatsAndNothing_AreInNoGroup()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Dot, 1), Rows.Quiet);
        string[] payloads =
        [
            "{\"g\":18446744073709551615}", "{\"g\":1.0}", "{\"g\":null}", "{\"g\":[]}", "{}",
            "{\"g\":[[1]]}", "{\"g\":{\"a\":1}}", "{\"g\":[1,true]}", "{\"g\":[-5,\"x\",-5]}",
            "{\"g\":9223372036854775807}",
            "{\"g\":\"\"}",
        ];
        for (int i = 0; i < payloads.Length; i++)
        {
            collection.Upsert(
                (ulong)i, [100f - i], PayloadJson.FromJson(Encoding.UTF8.GetBytes(payloads[i])));
        }

        using CollectionReader reader = collection.Read();
        IReadOnlyList<MatchGroup> groups = reader.SearchGroups(
            new NearestQuery(new float[] { 1 }),
            new GroupOptions("g", 10, 3),
            SearchOptions.Default,
            new SearchScratch(),
            out _);
        Assert.Equal(
            [(PayloadValue)(-5L), "x", long.MaxValue, ""], groups.Select(group => group.Value));
        Assert.Equal([8UL, 8UL, 9UL, 10UL], groups.Select(group => group.Matches.Single().Key.Number));
    }

    [Theory]
    [InlineData("0 groups", 0, 1, 0)]
    [InlineData("1001 groups", 1001, 1, 0)]
    [InlineData("of 0 matches", 5, 0, 0)]
    [InlineData("101 groups of 100", 101, 100, 0)]
    [InlineData("Offset is 1", 1, 1, 1)]
    public void SearchGroups_OutOfBounds_IsRefused(string message, int groups, int size, int offset)
    {
        using var world = new QueryWorld(Metric.Dot, 2, 9, 2);
        using CollectionReader reader = world.Collection.Read();
        ArgumentException? refused = null;
        try
        {
            _ = reader.SearchGroups(
                new NearestQuery(new float[] { 1, 1 }),
                new GroupOptions("n", groups, size),
                new SearchOptions { Offset = offset },
                new SearchScratch(),
                out _);
        }
        catch (ArgumentException e)
        {
            refused = e;
        }

        Assert.Contains(message, refused?.Message);
    }

    [Theory]
    [InlineData(Metric.Cosine, 12)]
    [InlineData(Metric.Dot, 5)]
    [InlineData(Metric.Euclid, 30)]
    public void Search_Diverse_IsTheGreedyChoice(Metric metric, int dimension)
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed);
        using var world = new QueryWorld(metric, dimension, 300, random.Next());
        using CollectionReader reader = world.Collection.Read();
        Dictionary<Key, double[]> stored = QueryWorld.Stored(reader, 0)
            .ToDictionary(row => row.Key, row => row.Stored);
        var scratch = new SearchScratch();
        for (int round = 0; round < Emulation.Choose(40, 8); round++)
        {
            float[] query = world.Query(ref random);
            float lambda = round % 5 == 0 ? 0f : round % 5 == 1 ? 1f : (float)random.Fraction();
            var options = new SearchOptions
            {
                Filter = round % 2 == 0 ? null : QueryWorld.RandomFilter(ref random),
                Offset = round % 3,

                // As 1 + (round % 2) it came out as 0 on emulated ARM64 (.NET 10.0.12).
                Threads = 1 + (round & 1),
            };
            int k = 1 + random.Below(20);
            int candidates = k + options.Offset + random.Below(60);
            var near = new Match[candidates];
            near = near[..reader.Search(query, options with { Offset = 0 }, scratch, near).MatchCount];
            var matches = new Match[k];
            var asked = new NearestQuery(query)
            {
                Diversity = new Diversity { Lambda = lambda, Candidates = candidates },
            };
            int count = reader.Search(asked, options, scratch, matches).MatchCount;
            Match[] expected = Greedy(metric, query, lambda, near, stored);
            Assert.Equal(expected.Skip(options.Offset).Take(k), matches[..count]);
        }
    }

    [Theory]
    [InlineData(1.5f, 5, "Lambda is 1.5")]
    [InlineData(float.NaN, 5, "Lambda is NaN")]
    [InlineData(0.5f, 0, "Candidates is 0")]
    [InlineData(0.5f, 2049, "Candidates is 2049")]
    public void Search_WrongDiversity_IsRefused(float lambda, int candidates, string message)
    {
        using var world = new QueryWorld(Metric.Dot, 2, 9, 2);
        using CollectionReader reader = world.Collection.Read();
        ArgumentException? refused = null;
        try
        {
            var query = new NearestQuery(new float[] { 1, 1 })
            {
                Diversity = new Diversity { Lambda = lambda, Candidates = candidates },
            };
            _ = reader.Search(query, SearchOptions.Default, new SearchScratch(), new Match[3]);
        }
        catch (ArgumentException e)
        {
            refused = e;
        }

        Assert.Contains(message, refused?.Message);
    }

    private static VectorQuery Query(ref SplitMix64 random, QueryWorld world, int round) => (round % 3) switch
    {
        0 => new NearestQuery(world.Query(ref random)),
        1 => new RecommendQuery
        {
            Positives = [world.Query(ref random), world.Query(ref random)],
            Negatives = [world.Query(ref random)],
            Strategy = RecommendStrategy.BestScore,
        },
        _ => new DiscoverQuery(
            world.Query(ref random), [new ContextPair(world.Query(ref random), world.Query(ref random))]),
    };

    private static List<(object Value, Match[] Matches)> Expected(
        QueryWorld world, Match[] all, GroupOptions options)
    {
        var groups = new Dictionary<object, List<Match>>();
        foreach (Match match in all)
        {
            foreach (object value in Values(world.PayloadOf(match.Key)[options.Path]).Distinct())
            {
                groups.TryAdd(value, []);
                groups[value].Add(match);
            }
        }

        // A row that is the best of several groups: integers first, then texts by their bytes.
        return groups
            .OrderByDescending(group => group.Value[0].Score)
            .ThenBy(group => Array.IndexOf(all, group.Value[0]))
            .ThenBy(group => group.Key is string)
            .ThenBy(group => group.Key as long?)
            .ThenBy(group => group.Key as string, StringComparer.Ordinal)
            .Take(options.Groups)
            .Select(group => (group.Key, group.Value.Take(options.GroupSize).ToArray()))
            .ToList();
    }

    private static List<object> Values(JsonNode? node)
    {
        var values = new List<object>();
        foreach (JsonNode? value in node is JsonArray array ? array.ToArray() : [node])
        {
            switch (value?.GetValueKind())
            {
                case System.Text.Json.JsonValueKind.String:
                    values.Add(value.GetValue<string>());
                    break;
                case System.Text.Json.JsonValueKind.Number when value.AsValue().TryGetValue(out int number):
                    values.Add((long)number);
                    break;
                default:
                    return [];
            }
        }

        return values;
    }

    private static Match[] Greedy(
        Metric metric, float[] query, float lambda, Match[] candidates, Dictionary<Key, double[]> stored)
    {
        var left = candidates.ToList();
        var chosen = new List<Match>();
        double[] wide = QueryWorld.Wide(query);
        while (left.Count > 0)
        {
            Match best = chosen.Count == 0
                ? left[0]
                : left.MaxBy(match => Math.Round(
                    (lambda * QueryWorld.Similarity(metric, wide, stored[match.Key]))
                        - ((1.0 - lambda) * chosen.Max(
                            other => QueryWorld.Similarity(metric, stored[match.Key], stored[other.Key]))),
                    7));
            chosen.Add(best);
            left.Remove(best);
        }

        return [.. chosen];
    }
}
