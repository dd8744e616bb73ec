using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Search.Codes;
using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Search;

/// <summary>
/// Two readers and a writer, while segments with lists and codes are sealed and merged behind them. Seconds
/// here, minutes with EDGESIM_LONG=1.
/// </summary>
public sealed class StrategyThreadTests(ITestOutputHelper output)
{
    private const int Dimension = 24;
    private const int Keys = 3000;
    private const int K = 10;

    [Fact]
    public void Search_WhileRowsComeAndGo_IsNeverTorn_AndMemoryDoesNotGrow()
    {
        using var directory = new TemporaryDirectory();
        CollectionOptions options = Rows.Options(Metric.Dot, Dimension) with { Durability = Durability.None };
        using Collection collection = Collection.Create(
            directory.Sub("c"),
            options,
            new CollectionSettings
            {
                SealBytes = 64 << 10,
                MergeBytesPerSecond = 1L << 40,
                Lists = new ListOptions { RowsMin = 64, Threads = 1 },
                Codes = new CodeOptions { IsProduct = true, RowsMin = 64, Threads = 1 },
            });
        TimeSpan time = LongRun.Choose(
            TimeSpan.FromSeconds(4), TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(20));
        var clock = Stopwatch.StartNew();
        var failures = new List<Exception>();
        long searches = 0;
        long batches = 0;
        long memoryEarly = 0;
        Thread[] threads =
        [
            Start(() => Interlocked.Add(ref searches, Read(collection, 1, () => clock.Elapsed < time))),
            Start(() => Interlocked.Add(ref searches, Read(collection, 2, () => clock.Elapsed < time))),
            Start(() =>
            {
                var random = new SplitMix64(3);
                while (clock.Elapsed < time)
                {
                    Write(collection, ref random, (ulong)batches);
                    batches++;
                    if (memoryEarly == 0 && clock.Elapsed > time / 3)
                    {
                        memoryEarly = GC.GetTotalMemory(forceFullCollection: true);
                    }
                }
            }),
        ];
        Array.ForEach(threads, thread => thread.Join());
        Assert.Empty(failures);
        long memory = GC.GetTotalMemory(forceFullCollection: true);
        output.WriteLine(
            $"{searches} searches, {batches} batches, {collection.Segments.Count} segments, memory "
            + $"{memoryEarly >> 10} KiB after a third, {memory >> 10} KiB at the end");
        Assert.InRange(memory, 0, memoryEarly + (16 << 20));

        Thread Start(Action action)
        {
            var thread = new Thread(() =>
            {
                try
                {
                    action();
                }
                catch (Exception failure)
                {
                    lock (failures)
                    {
                        failures.Add(failure);
                    }

                    time = TimeSpan.Zero;
                }
            });
            thread.Start();
            return thread;
        }
    }

    private static void Write(Collection collection, ref SplitMix64 random, ulong version)
    {
        WriteBatch batch = collection.NewBatch();
        var touched = new HashSet<ulong>();
        for (int i = 0; i < 20; i++)
        {
            ulong key = (ulong)random.Below(Keys);
            if (!touched.Add(key))
            {
                continue;
            }

            if (random.Below(4) == 0)
            {
                batch.Delete(key);
            }
            else
            {
                byte[] payload = PayloadJson.FromJson(Encoding.UTF8.GetBytes($"{{\"version\":{version}}}"));
                batch.Upsert(key, Rows.Vector(key, version, Dimension), payload);
            }
        }

        collection.Write(batch);
    }

    /// <summary>
    /// Asks until the time is over; every match must be the row that its payload says it is.
    /// </summary>
    private static long Read(Collection collection, ulong seed, Func<bool> goesOn)
    {
        var random = new SplitMix64(seed);
        var scratch = new SearchScratch();
        var matches = new Match[K];
        var options = new SearchOptions { Effort = new SearchEffort(SearchStrategy.IvfProduct, 8, 60) };
        long searches = 0;
        while (goesOn())
        {
            float[] query = random.Vector(Dimension);
            using CollectionReader reader = collection.Read();
            SearchStatistics done = reader.Search(query, options, scratch, matches);
            Assert.Equal(Math.Min(K, reader.Count), done.MatchCount);
            var keys = new HashSet<Key>();
            foreach (Match match in matches.AsSpan(0, done.MatchCount))
            {
                Assert.True(keys.Add(match.Key), "a key is there twice");
                ulong version = (ulong)JsonNode.Parse(
                    PayloadJson.ToJson(reader.Payload(match)))!["version"]!.GetValue<long>();
                float[] vector = Rows.Vector(match.Key.Number, version, Dimension);
                double score = Clusters.Dot(query, vector);
                double slack = Math.Sqrt(Clusters.Dot(query, query) * Clusters.Dot(vector, vector)) * 0.02;
                Assert.InRange(match.Score, score - slack, score + slack);
            }

            searches++;
        }

        return searches;
    }
}
