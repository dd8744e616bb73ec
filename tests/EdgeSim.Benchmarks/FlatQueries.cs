using System.Diagnostics;
using System.Text;
using EdgeSim.Index;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Search;

namespace EdgeSim.Benchmarks;

/// <summary>
/// What each kind of exact query costs beside the plain one: filters, batches, threads, examples, groups.
/// </summary>
internal static class FlatQueries
{
    private const int Queries = 16;
    private const int K = 10;
    private const int Rounds = 10;

    public static void Run(string folder, TextWriter output)
    {
        foreach ((int rows, int dimension) in new[] { (200_000, 384), (300_000, 100) })
        {
            string path = Path.Combine(folder, $"queries-{dimension}-{Environment.ProcessId}");
            try
            {
                Run(path, rows, dimension, output);
            }
            finally
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }

    private static void Run(string path, int rows, int dimension, TextWriter output)
    {
        var random = new SplitMix64(1);
        using Collection collection = Fill(path, rows, dimension, ref random);
        float[] queries = new float[Queries * dimension];
        for (int i = 0; i < Queries; i++)
        {
            Near(ref random, queries.AsSpan(i * dimension, dimension));
        }

        output.WriteLine($"{rows} rows of {dimension}, k {K}, cosine; "
            + $"milliseconds a query: best of {Rounds} rounds, and of all processors (mean)");
        var scratch = new SearchScratch();
        var matches = new Match[Queries * K];
        var counts = new int[Queries];
        var plain = SearchOptions.Default;
        Filter indexed = new() { Must = [new MatchValue("percent", 7L)] };
        Filter half = new() { Must = [new NumberRange("percent") { Lt = 50 }] };
        Filter unindexed = new() { Must = [new MatchValue("parity", 1L)] };
        Filter rare = new() { Must = [new MatchValue("rare", 1L)] };
        Measure("plain", (reader, i) => One(reader, plain, i));
        Measure("two threads", (reader, i) => One(reader, plain with { Threads = 2 }, i));
        Measure("1 %, indexed", (reader, i) => One(reader, plain with { Filter = indexed }, i));
        Measure("50 %, indexed", (reader, i) => One(reader, plain with { Filter = half }, i));
        Measure("50 %, not indexed", (reader, i) => One(reader, plain with { Filter = unindexed }, i));
        Measure("0.1 %, not indexed", (reader, i) => One(reader, plain with { Filter = rare }, i));
        Measure("batch of 16", (reader, i) => i > 0
            ? default
            : reader.SearchBatch(queries, plain, scratch, matches, counts));
        Measure("batch of 16, two threads", (reader, i) => i > 0
            ? default
            : reader.SearchBatch(queries, plain with { Threads = 2 }, scratch, matches, counts));
        Measure("best score of 4 + 4", (reader, i) => reader.Search(
            Examples(RecommendStrategy.BestScore), plain, scratch, matches.AsSpan(0, K)));
        Measure("discover, 4 pairs", (reader, i) => reader.Search(
            new DiscoverQuery(
                Vector(i), [.. Enumerable.Range(0, 4).Select(n => new ContextPair(Vector(n), Vector(n + 4)))]),
            plain,
            scratch,
            matches.AsSpan(0, K)));
        Measure("10 groups of 3, indexed", (reader, i) =>
        {
            _ = reader.SearchGroups(
                new NearestQuery(Vector(i)), new GroupOptions("percent", 10, 3), plain, scratch, out var done);
            return done;
        });
        Measure("radius", (reader, i) => reader.SearchWithin(
            queries.AsSpan(i * dimension, dimension), Radius.OfScore(0.5f), plain, scratch, matches));

        SearchStatistics One(CollectionReader reader, SearchOptions options, int i) => reader.Search(
            queries.AsSpan(i * dimension, dimension), options, scratch, matches.AsSpan(0, K));

        float[] Vector(int i) => queries.AsSpan(i * dimension, dimension).ToArray();

        RecommendQuery Examples(RecommendStrategy strategy) => new()
        {
            Positives = [.. Enumerable.Range(0, 4).Select(n => (VectorInput)Vector(n))],
            Negatives = [.. Enumerable.Range(4, 4).Select(n => (VectorInput)Vector(n))],
            Strategy = strategy,
        };

        void Measure(string what, Ask ask)
        {
            double best = double.MaxValue;
            SearchStatistics last = default;
            double work = 0;
            for (int round = -1; round < Rounds; round++)
            {
                using CollectionReader reader = collection.Read();
                TimeSpan before = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < Queries; i++)
                {
                    SearchStatistics done = ask(reader, i);
                    last = i == 0 ? done : last;
                }

                if (round >= 0)
                {
                    best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds / Queries);
                    work += (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Queries / Rounds;
                }
            }

            output.WriteLine(
                $"  {what,-26} {best,8:F3} {work,8:F3}  scanned {last.RowsScanned}, rescored {last.RowsRescored}, "
                + $"filter {last.FilterPlan}, turned away {last.RowsFiltered}");
        }
    }

    private static Collection Fill(string path, int rows, int dimension, ref SplitMix64 random)
    {
        var collection = Collection.Create(
            path,
            CollectionOptions.Of(
                new VectorOptions { Dimension = dimension, Metric = Metric.Cosine, Fingerprint = "" }) with
            {
                Durability = Durability.None,
            });
        collection.CreatePayloadIndex(new PayloadIndexField("percent", PayloadIndexKind.Integer));
        WriteBatch batch = collection.NewBatch();
        float[] vector = new float[dimension];
        for (int row = 0; row < rows; row++)
        {
            Near(ref random, vector);
            string payload = $"{{\"percent\":{random.Below(100)},\"parity\":{row & 1},"
                + $"\"rare\":{(random.Below(1000) == 0 ? 1 : 0)},\"name\":\"row {row}\"}}";
            batch.Upsert((ulong)row, vector, PayloadJson.FromJson(Encoding.UTF8.GetBytes(payload)));
            if (batch.Count == 4000 || row == rows - 1)
            {
                collection.Write(batch);
                batch.Clear();
            }
        }

        collection.Compact();
        return collection;
    }

    /// <summary>One of a hundred directions, and noise.</summary>
    private static void Near(ref SplitMix64 random, Span<float> vector)
    {
        var centre = new SplitMix64((ulong)random.Below(100));
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)(centre.Fraction() + random.Fraction() + random.Fraction() - 1.5);
        }
    }

    private delegate SearchStatistics Ask(CollectionReader reader, int i);
}
