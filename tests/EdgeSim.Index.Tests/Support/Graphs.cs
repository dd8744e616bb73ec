using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Search;
using EdgeSim.Index.Search.Graph;

namespace EdgeSim.Index.Tests.Support;

/// <summary>Graphs, and collections whose segments have them.</summary>
internal static class Graphs
{
    /// <summary>Every segment gets one, always the same.</summary>
    public static HnswOptions Options { get; } = new() { RowsMin = 1, Threads = 1 };

    public static CollectionSettings Quiet { get; } = Rows.Quiet with { Graph = Options };

    /// <summary>Rows as the builder sees them; the codes live as long as the result.</summary>
    public static (HnswRows Rows, sbyte[] Codes) Quantize(float[] values, int dimension, Metric metric)
    {
        int count = values.Length / dimension;
        int stride = RowQuantizer.Stride(dimension);
        sbyte[] codes = GC.AllocateArray<sbyte>(Math.Max(1, count * stride), pinned: true);
        float[] scales = new float[count];
        int[] squareSums = new int[count];
        for (int i = 0; i < count; i++)
        {
            QuantizedRow row = RowQuantizer.Quantize(
                values.AsSpan(i * dimension, dimension), metric, codes.AsSpan(i * stride, stride));
            scales[i] = row.Scale;
            squareSums[i] = row.SquareSum;
        }

        nint address = System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(codes, 0);
        return (new HnswRows(metric, stride, address, scales, squareSums), codes);
    }

    /// <summary>The section that a graph becomes.</summary>
    public static byte[] Bytes(float[] values, int dimension, Metric metric, HnswOptions options)
    {
        (HnswRows rows, sbyte[] codes) = Quantize(values, dimension, metric);
        HnswBuilder graph = HnswBuilder.Build(rows, options, VectorKernels.Best);
        GC.KeepAlive(codes);
        using var stream = new MemoryStream();
        Assert.Equal(HnswWriter.Write(graph, stream), stream.Length);
        return stream.ToArray();
    }

    /// <summary>Writes rows of a flat array under the keys from a first one on, in batches.</summary>
    public static void Add(Collection collection, ulong first, float[] values)
    {
        int dimension = collection.Options.Default.Dimension;
        for (int from = 0; from < values.Length / dimension; from += 5000)
        {
            WriteBatch batch = collection.NewBatch();
            for (int i = from; i < Math.Min(from + 5000, values.Length / dimension); i++)
            {
                batch.Upsert(first + (ulong)i, values.AsSpan(i * dimension, dimension));
            }

            collection.Write(batch);
        }
    }

    /// <summary>Through graphs, keeping so many rows.</summary>
    public static SearchOptions Effort(int rows)
        => new() { Effort = new SearchEffort(SearchStrategy.Hnsw, rows) };

    /// <summary>
    /// Part of the exact ten best, or of rows that score alike, that a search of this effort finds; checks
    /// the answers on the way.
    /// </summary>
    public static double Recall(Collection collection, float[] queries, int effort, int k = 10)
        => Recall(collection, queries, Effort(effort), k, isEqualEnough: true);

    /// <summary>
    /// Part of the exact answer that a search finds; checks the answers on the way, and that those that call
    /// themselves complete are.
    /// </summary>
    /// <param name="collection">What is asked.</param>
    /// <param name="queries">[queries x dimension].</param>
    /// <param name="options">How.</param>
    /// <param name="k">For how many.</param>
    /// <param name="isEqualEnough">Whether another row that scores as well counts.</param>
    public static double Recall(
        Collection collection, float[] queries, SearchOptions options, int k, bool isEqualEnough)
    {
        int dimension = collection.Options.Default.Dimension;
        var scratch = new SearchScratch();
        var exact = new Match[k];
        var found = new Match[k];
        int hits = 0;
        int all = 0;
        using CollectionReader reader = collection.Read();
        for (int i = 0; i < queries.Length / dimension; i++)
        {
            ReadOnlySpan<float> query = queries.AsSpan(i * dimension, dimension);
            int wanted = reader.Search(query, scratch, exact).MatchCount;
            SearchStatistics statistics = reader.Search(query, options, scratch, found);
            AssertIsAnswer(reader, query, found.AsSpan(0, statistics.MatchCount), wanted);
            all += wanted;
            if (statistics.Complete)
            {
                Assert.Equal(exact[..wanted], found[..wanted]);
            }

            hits += isEqualEnough
                ? found.Take(wanted).Count(match => match.Score >= exact[wanted - 1].Score)
                : exact.Take(wanted).Count(
                    match => found.Take(wanted).Any(other => other.Key == match.Key));
        }

        return (double)hits / all;
    }

    /// <summary>
    /// As many as there are, sorted, each once, each alive and with the score of an exact search.
    /// </summary>
    public static void AssertIsAnswer(
        in CollectionReader reader, ReadOnlySpan<float> query, ReadOnlySpan<Match> found, int wanted)
    {
        Assert.Equal(wanted, found.Length);
        var keys = new HashSet<Key>();
        for (int i = 0; i < found.Length; i++)
        {
            Assert.True(keys.Add(found[i].Key), $"{found[i].Key} is there twice");
            Assert.True(i == 0 || found[i - 1].Score >= found[i].Score, "not sorted");
            Assert.True(reader.TryGet(found[i].Key, out Match row), $"{found[i].Key} is dead");
            Assert.Equal((row.Segment, row.Ordinal), (found[i].Segment, found[i].Ordinal));
        }
    }
}
