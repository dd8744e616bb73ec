using EdgeSim.Index.Search;
using EdgeSim.Index.Tests.Payloads;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search;

/// <summary>Recommend, discover, context and search by key against their formulas in plain doubles.</summary>
public sealed class ExampleQueriesTests(ITestOutputHelper output)
{
    private const ulong Seed = 31_415;

    public static TheoryData<Metric, int> Worlds()
    {
        var data = new TheoryData<Metric, int>();
        foreach (Metric metric in Enum.GetValues<Metric>())
        {
            foreach (int dimension in new[] { 1, 3, 16, 90 })
            {
                data.Add(metric, dimension);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Search_ByKey_IsItsVector_WithoutThePoint(Metric metric, int dimension)
    {
        using var world = new QueryWorld(metric, dimension, 200, Seed);
        using CollectionReader reader = world.Collection.Read();
        List<(Key Key, double[] Stored)> rows = QueryWorld.Stored(reader, 0);
        foreach (int i in new[] { 0, rows.Count / 2, rows.Count - 1 })
        {
            (Key key, double[] own) = rows[i];
            QueryWorld.AssertAll(
                rows.Where(row => row.Key != key).ToList(),
                stored => QueryWorld.Score(metric, own, stored),
                Whole(reader, new NearestQuery(key)),
                $"key {key}");
        }
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Search_Recommend_IsTheFormula(Metric metric, int dimension)
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed + (ulong)dimension);
        using var world = new QueryWorld(metric, dimension, Emulation.Choose(400, 150), random.Next());
        using CollectionReader reader = world.Collection.Read();
        List<(Key Key, double[] Stored)> rows = QueryWorld.Stored(reader, 0);
        for (int round = 0; round < Emulation.Choose(24, 6); round++)
        {
            var named = new HashSet<Key>();
            List<VectorInput> positives = Inputs(ref random, world, rows, random.Below(6), named, out var likes);
            List<VectorInput> negatives = Inputs(
                ref random, world, rows, random.Below(6), named, out var unlikes);
            RecommendStrategy strategy = (RecommendStrategy)(round % 3);
            if (positives.Count == 0 && (negatives.Count == 0 || strategy == RecommendStrategy.AverageVector))
            {
                positives = Inputs(ref random, world, rows, 1, named, out likes);
            }

            var query = new RecommendQuery
            {
                Positives = positives, Negatives = negatives, Strategy = strategy,
            };
            Func<double[], double> score = strategy switch
            {
                RecommendStrategy.AverageVector => OfAverage(metric, likes, unlikes),
                RecommendStrategy.BestScore => row => BestScore(metric, row, likes, unlikes),
                _ => row => likes.Sum(like => QueryWorld.Similarity(metric, like, row))
                    - unlikes.Sum(unlike => QueryWorld.Similarity(metric, unlike, row)),
            };
            CheckWholeAndParts(
                ref random,
                world,
                reader,
                rows.Where(row => !named.Contains(row.Key)).ToList(),
                query,
                score,
                $"round {round} {strategy} +{likes.Count} -{unlikes.Count}");
        }
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Search_DiscoverAndContext_AreTheFormulas(Metric metric, int dimension)
    {
        output.WriteLine($"seed {Seed}");
        var random = new SplitMix64(Seed + (ulong)dimension);
        using var world = new QueryWorld(metric, dimension, Emulation.Choose(400, 150), random.Next());
        using CollectionReader reader = world.Collection.Read();
        List<(Key Key, double[] Stored)> rows = QueryWorld.Stored(reader, 0);
        for (int round = 0; round < Emulation.Choose(24, 6); round++)
        {
            var named = new HashSet<Key>();
            int count = (round % 2) + random.Below(7);
            List<VectorInput> positives = Inputs(ref random, world, rows, count, named, out var likes);
            List<VectorInput> negatives = Inputs(ref random, world, rows, count, named, out var unlikes);
            List<VectorInput> targets = Inputs(ref random, world, rows, 1, named, out var aims);
            ContextPair[] pairs = [.. positives.Zip(negatives, (p, n) => new ContextPair(p, n))];
            if (round % 2 == 0)
            {
                CheckWholeAndParts(
                    ref random,
                    world,
                    reader,
                    rows.Where(row => !named.Contains(row.Key)).ToList(),
                    new DiscoverQuery(targets[0], pairs),
                    row => Ranks(metric, row, likes, unlikes)
                        + Share(QueryWorld.Similarity(metric, aims[0], row)),
                    $"discover {round}, {count} pairs");
            }
            else
            {
                named = [.. positives.Concat(negatives).Where(i => i.Key is not null).Select(i => i.Key!.Value)];
                CheckWholeAndParts(
                    ref random,
                    world,
                    reader,
                    rows.Where(row => !named.Contains(row.Key)).ToList(),
                    new ContextQuery(pairs),
                    row => Loss(metric, row, likes, unlikes),
                    $"context {round}, {count} pairs");
            }
        }
    }

    [Fact]
    public void Search_NegativesOnly_FindsTheLeastAlike()
    {
        using var world = new QueryWorld(Metric.Cosine, 8, 300, 4);
        using CollectionReader reader = world.Collection.Read();
        List<(Key Key, double[] Stored)> rows = QueryWorld.Stored(reader, 0);
        double[] bad = rows[7].Stored;
        Match[] matches = Whole(
            reader,
            new RecommendQuery { Negatives = [rows[7].Key], Strategy = RecommendStrategy.BestScore });
        Assert.Equal(
            rows.Where(row => row.Key != rows[7].Key)
                .Min(row => QueryWorld.Similarity(Metric.Cosine, bad, row.Stored)),
            QueryWorld.Similarity(
                Metric.Cosine, bad, rows.Single(row => row.Key == matches[0].Key).Stored),
            6);
    }

    [Fact]
    public void Search_LargestInnerProducts_StayFinite()
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Collection.Create(
            directory.Sub("c"), Rows.Options(Metric.Dot, 4096), Rows.Quiet);
        float[] large = new float[4096];
        Array.Fill(large, IndexLimits.ComponentMax);
        collection.Upsert(1, large);
        using CollectionReader reader = collection.Read();
        var matches = new Match[1];
        var query = new RecommendQuery
        {
            Positives = [.. Enumerable.Repeat<VectorInput>(large, IndexLimits.ExamplesMax)],
            Strategy = RecommendStrategy.SumScores,
        };
        Assert.Equal(1, reader.Search(query, SearchOptions.Default, new SearchScratch(), matches).MatchCount);
        Assert.Equal(float.MaxValue, matches[0].Score);
    }

    [Fact]
    public void Search_WrongExamples_AreRefused()
    {
        using var world = new QueryWorld(Metric.Cosine, 2, 40, 4);
        VectorInput one = new float[] { 1, 0 };
        VectorInput other = new float[] { -1, 0 };
        VectorInput zero = new float[] { 0, 0 };
        Refuses<ArgumentException>("0 examples", new RecommendQuery());
        Refuses<ArgumentException>("no average", new RecommendQuery { Negatives = [one] });
        Refuses<ArgumentException>("Strategy is 9", new RecommendQuery
        {
            Positives = [one], Strategy = (RecommendStrategy)9,
        });
        Refuses<ArgumentException>("129 examples", new RecommendQuery
        {
            Positives = [.. Enumerable.Repeat(one, 129)],
        });
        Refuses<VectorException>("is zero", new RecommendQuery { Positives = [one, other] });
        Refuses<VectorException>("is zero", new DiscoverQuery(zero, []));
        Refuses<VectorException>("has 3 components", new NearestQuery(new float[3]));
        Refuses<ArgumentException>("0 context pairs", new ContextQuery([]));
        Refuses<ArgumentException>("65 context pairs", new DiscoverQuery(
            one, [.. Enumerable.Repeat(new ContextPair(one, one), 65)]));
        Refuses<KeyNotFoundException>("Point 77777 is not", new NearestQuery((Key)77_777));

        void Refuses<T>(string message, VectorQuery query)
            where T : Exception
        {
            using CollectionReader reader = world.Collection.Read();
            Exception? refused = null;
            try
            {
                _ = reader.Search(query, SearchOptions.Default, new SearchScratch(), new Match[1]);
            }
            catch (Exception e) when (e is ArgumentException or KeyNotFoundException)
            {
                refused = e;
            }

            Assert.Contains(message, Assert.IsType<T>(refused).Message);
        }
    }

    private static void CheckWholeAndParts(
        ref SplitMix64 random,
        QueryWorld world,
        in CollectionReader reader,
        List<(Key Key, double[] Stored)> rows,
        VectorQuery query,
        Func<double[], double> score,
        string what)
    {
        Match[] all = Whole(reader, query);
        QueryWorld.AssertAll(rows, score, all, what);
        var options = new SearchOptions
        {
            Filter = random.Below(2) == 0 ? null : QueryWorld.RandomFilter(ref random),
            Offset = random.Below(3),
            Threads = 1 + random.Below(3),
            ScoreMin = all.Length > 0 && random.Below(2) == 0 ? all[random.Below(all.Length)].Score : null,
        };
        var matches = new Match[1 + random.Below(12)];
        int count = reader.Search(query, options, new SearchScratch(), matches).MatchCount;
        Assert.Equal(
            all.Where(match => !(match.Score < options.ScoreMin) && (options.Filter is null
                    || FilterOracle.Matches(options.Filter, match.Key, world.PayloadOf(match.Key))))
                .Skip(options.Offset).Take(matches.Length),
            matches[..count]);
    }

    private static Match[] Whole(in CollectionReader reader, VectorQuery query)
    {
        var matches = new Match[IndexLimits.KMax];
        return matches[..reader.Search(query, SearchOptions.Default, new SearchScratch(), matches).MatchCount];
    }

    private static List<VectorInput> Inputs(
        ref SplitMix64 random,
        QueryWorld world,
        List<(Key Key, double[] Stored)> rows,
        int count,
        HashSet<Key> named,
        out List<double[]> vectors)
    {
        var inputs = new List<VectorInput>();
        vectors = [];
        for (int i = 0; i < count; i++)
        {
            if (random.Below(2) == 0)
            {
                float[] vector = world.Query(ref random);
                inputs.Add(vector);
                vectors.Add(QueryWorld.Wide(vector));
            }
            else
            {
                (Key key, double[] stored) = rows[random.Below(rows.Count)];
                inputs.Add(key);
                named.Add(key);
                vectors.Add(Array.ConvertAll(stored, value => (double)(float)value));
            }
        }

        return inputs;
    }

    private static Func<double[], double> OfAverage(Metric metric, List<double[]> likes, List<double[]> unlikes)
    {
        double[] average = new double[likes[0].Length];
        for (int i = 0; i < average.Length; i++)
        {
            double like = likes.Average(vector => vector[i]);
            average[i] = (float)(unlikes.Count == 0
                ? like
                : like + (like - unlikes.Average(vector => vector[i])));
        }

        return row => QueryWorld.Score(metric, average, row);
    }

    private static double BestScore(Metric metric, double[] row, List<double[]> likes, List<double[]> unlikes)
    {
        double like = likes.Select(v => QueryWorld.Similarity(metric, v, row))
            .DefaultIfEmpty(double.NegativeInfinity).Max();
        double unlike = unlikes.Select(v => QueryWorld.Similarity(metric, v, row))
            .DefaultIfEmpty(double.NegativeInfinity).Max();
        return like > unlike ? Share(like) : -Share(unlike);
    }

    private static double Ranks(Metric metric, double[] row, List<double[]> likes, List<double[]> unlikes)
        => likes.Zip(unlikes, (like, unlike) => Math.Sign(
            QueryWorld.Similarity(metric, like, row) - QueryWorld.Similarity(metric, unlike, row))).Sum();

    private static double Loss(Metric metric, double[] row, List<double[]> likes, List<double[]> unlikes)
        => likes.Zip(unlikes, (like, unlike) =>
        {
            double x = Math.Min(
                QueryWorld.Similarity(metric, like, row) - QueryWorld.Similarity(metric, unlike, row)
                - Math.Pow(2, -23),
                0);
            return x / (1 + Math.Abs(x));
        }).Sum();

    private static double Share(double x) => ((x / (1 + Math.Abs(x))) + 1) / 2;
}
