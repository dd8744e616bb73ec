using System.Text;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Search.Codes;
using EdgeSim.Index.Search.Graph;
using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search;

/// <summary>
/// What every strategy promises, whatever it misses: an answer of rows that there are, each once, alive,
/// meant by the filter, sorted, with the scores of the exact answer; as many as there are; and with enough
/// effort the exact answer itself.
/// </summary>
public sealed class StrategyContractTests(ITestOutputHelper output)
{
    private static readonly SearchStrategy[] s_strategies =
        [SearchStrategy.Ivf, SearchStrategy.IvfProduct, SearchStrategy.IvfBits, SearchStrategy.Hnsw];

    public static TheoryData<SearchStrategy, Metric, int> Cases()
    {
        var cases = new TheoryData<SearchStrategy, Metric, int>();
        foreach (SearchStrategy strategy in s_strategies)
        {
            foreach (Metric metric in Enum.GetValues<Metric>())
            {
                foreach (int dimension in Emulation.Choose<int[]>([1, 2, 17, 100, 384, 4096], [1, 17, 100]))
                {
                    cases.Add(strategy, metric, dimension);
                }
            }
        }

        return cases;
    }

    public static TheoryData<SearchStrategy, Metric> Strategies()
    {
        var cases = new TheoryData<SearchStrategy, Metric>();
        foreach (SearchStrategy strategy in s_strategies)
        {
            foreach (Metric metric in Enum.GetValues<Metric>())
            {
                cases.Add(strategy, metric);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Search_AnyCollection_IsAnAnswer(SearchStrategy strategy, Metric metric, int dimension)
    {
        using var directory = new TemporaryDirectory();
        int count = dimension > 1000 ? 120 : Emulation.Choose(900, 150);
        using Collection collection = Make(directory, strategy, metric, dimension);
        Rows.Add(collection, 0, count, seed: 1);
        collection.Seal();
        Rows.Add(collection, (ulong)count / 3, count / 3, seed: 2); // Dead rows in the first segment,
        collection.Seal();
        Rows.Add(collection, 5, 40, seed: 3); // in both, and rows in memory.
        collection.Delete(50);
        CheckAll(collection, strategy, count, dimension);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Search_IdenticalRows_OneRow_AndNone(SearchStrategy strategy, Metric metric)
    {
        foreach (int count in (int[])[0, 1, 3, 400])
        {
            using var directory = new TemporaryDirectory();
            using Collection collection = Make(directory, strategy, metric, 20);
            float[] row = Rows.Vector(1, 1, 20);
            Graphs.Add(collection, 0, [.. Enumerable.Repeat(row, count).SelectMany(values => values)]);
            collection.Seal();
            CheckAll(collection, strategy, count, 20);
        }
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Search_DimensionsWithoutVariance_IsAnAnswer(SearchStrategy strategy, Metric metric)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Make(directory, strategy, metric, 32);
        float[] rows = Clusters.Unit(600, 32, 10, 0.5, 4);
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = (i % 32) switch { < 10 => 0f, < 20 => 0.25f, _ => rows[i] };
        }

        Graphs.Add(collection, 0, rows);
        collection.Seal();
        CheckAll(collection, strategy, 600, 32);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Search_AFilterOfOnePercent_LosesNoRecall(SearchStrategy strategy, Metric metric)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Make(directory, strategy, metric, 24);
        int count = Emulation.Choose(6000, 800);
        float[] rows = Clusters.Unit(count, 24, 40, 1.5, 6);
        collection.CreatePayloadIndex(new PayloadIndexField("n", PayloadIndexKind.Integer));
        for (int first = 0; first < count; first += 200)
        {
            WriteBatch batch = collection.NewBatch();
            for (int i = first; i < Math.Min(first + 200, count); i++)
            {
                byte[] payload = PayloadJson.FromJson(
                    Encoding.UTF8.GetBytes($"{{\"n\":{i % 100},\"m\":{i % 100}}}"));
                batch.Upsert((ulong)i, rows.AsSpan(i * 24, 24), payload);
            }

            collection.Write(batch);
        }

        collection.Seal();
        float[] queries = Clusters.Unit(30, 24, 40, 1.5, 6, 1);
        var scratch = new SearchScratch();
        using CollectionReader reader = collection.Read();
        foreach (string field in (string[])["n", "m"])
        {
            foreach (int below in (int[])[1, 10, 50])
            {
                var filter = new Filter { Must = [new NumberRange(field) { Lt = below }] };
                int hits = 0;
                int all = 0;
                for (int i = 0; i < 30; i++)
                {
                    var exact = new Match[10];
                    var found = new Match[10];
                    ReadOnlySpan<float> query = queries.AsSpan(i * 24, 24);
                    var options = new SearchOptions { Filter = filter, Effort = Middle(strategy) };
                    int wanted = reader.Search(
                        query, options with { Effort = null, Exact = true }, scratch, exact).MatchCount;
                    SearchStatistics done = reader.Search(query, options, scratch, found);
                    Graphs.AssertIsAnswer(reader, query, found.AsSpan(0, done.MatchCount), wanted);
                    Assert.All(found[..wanted], match => Assert.True((int)match.Key.Number % 100 < below));
                    hits += exact.Take(wanted).Intersect(found.Take(wanted)).Count();
                    all += wanted;
                }

                output.WriteLine($"{strategy} {metric} {field} < {below}: {hits} of {all}");
                Assert.InRange((double)hits / all, below == 1 ? 0.98 : 0.9, 1);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Search_SecondTime_AllocatesNothing(SearchStrategy strategy, Metric metric)
    {
        using var directory = new TemporaryDirectory();
        using Collection collection = Make(directory, strategy, metric, 24);
        Graphs.Add(collection, 0, Clusters.Unit(1500, 24, 40, 1.5, 6));
        collection.Seal();
        float[] query = Clusters.Unit(1, 24, 40, 1.5, 6, 1);
        var options = new SearchOptions { Effort = Middle(strategy) };
        var scratch = new SearchScratch();
        var matches = new Match[10];
        using CollectionReader reader = collection.Read();
        long least = long.MaxValue;
        for (int round = 0; round < 6 && least > 0; round++)
        {
            // What allocates does so every time; the first rounds may be compiled anew.
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                reader.Search(query, options, scratch, matches);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static SearchEffort Middle(SearchStrategy strategy) => strategy == SearchStrategy.Hnsw
        ? new SearchEffort(strategy, 60)
        : new SearchEffort(strategy, 24, strategy == SearchStrategy.IvfProduct ? 200 : 0);

    private static Collection Make(
        TemporaryDirectory directory, SearchStrategy strategy, Metric metric, int dimension)
        => Collection.Create(
            directory.Sub($"c{Guid.NewGuid():n}"),
            Rows.Options(metric, dimension),
            Rows.Quiet with
            {
                SealBytes = IndexLimits.SealBytesMax,
                Lists = strategy == SearchStrategy.Hnsw ? null : new ListOptions { RowsMin = 1 },
                Codes = strategy is SearchStrategy.IvfProduct or SearchStrategy.IvfBits
                    ? new CodeOptions
                    {
                        IsProduct = strategy == SearchStrategy.IvfProduct,
                        IsBits = strategy == SearchStrategy.IvfBits,
                        RowsMin = 1,
                    }
                    : null,
                Graph = strategy == SearchStrategy.Hnsw ? new HnswOptions { RowsMin = 1, Threads = 1 } : null,
            });

    /// <summary>Answers of every size and effort against the exact ones.</summary>
    private static void CheckAll(Collection collection, SearchStrategy strategy, int count, int dimension)
    {
        var random = new SplitMix64(4);
        var scratch = new SearchScratch();
        using CollectionReader reader = collection.Read();
        foreach (int k in (int[])[0, 1, 10, count + 50])
        {
            foreach (int breadth in (int[])[1, 7, IndexLimits.EffortMax])
            {
                float[] query = random.Vector(dimension);
                var exact = new Match[count + 50];
                var found = new Match[k];
                int all = reader.Search(query, scratch, exact).MatchCount;
                int rescored = breadth == IndexLimits.EffortMax ? IndexLimits.EffortMax : 0;
                var options = new SearchOptions { Effort = new SearchEffort(strategy, breadth, rescored) };
                SearchStatistics done = reader.Search(query, options, scratch, found);
                Span<Match> matches = found.AsSpan(0, done.MatchCount);
                Graphs.AssertIsAnswer(reader, query, matches, Math.Min(k, all));
                Dictionary<Key, float> scores = exact.Take(all).ToDictionary(m => m.Key, m => m.Score);
                foreach (Match match in matches)
                {
                    Assert.Equal(scores[match.Key], match.Score);
                }

                if (breadth == IndexLimits.EffortMax || done.Complete)
                {
                    Assert.Equal(exact[..matches.Length], matches.ToArray());
                }
            }
        }
    }
}
