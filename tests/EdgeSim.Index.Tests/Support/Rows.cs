using System.Buffers;
using MessagePack;

namespace EdgeSim.Index.Tests.Support;

/// <summary>Makes collections with known rows, and the answer that plain double arithmetic gives.</summary>
internal static class Rows
{
    /// <summary>Settings under which everything happens in the thread of the test.</summary>
    public static CollectionSettings Quiet { get; } = new() { IsBackground = false };

    /// <summary>The same with the smallest rows in memory.</summary>
    public static CollectionSettings Tiny { get; } = Quiet with { SealBytes = IndexLimits.SealBytesMin };

    public static CollectionOptions Options(Metric metric, int dimension)
        => CollectionOptions.Of(
            new VectorOptions { Dimension = dimension, Metric = metric, Fingerprint = "test" });

    /// <summary>A payload that depends on the key only: nothing, or a map of 3 to 45 bytes.</summary>
    public static byte[] Payload(ulong key)
    {
        if (key % 5 == 0)
        {
            return [];
        }

        var bytes = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(bytes);
        writer.WriteMapHeader(1);
        writer.Write("k");
        writer.Write(new string((char)('a' + (key % 26)), (int)(key * 7 % 41)));
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>A map with one text in it, of about so many bytes.</summary>
    public static byte[] Text(string text)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(bytes);
        writer.WriteMapHeader(1);
        writer.Write("text");
        writer.Write(text);
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>A collection of one segment with keys 0 to <paramref name="count"/>.</summary>
    public static Collection Create(string path, Metric metric, int dimension, int count, ulong seed)
    {
        Collection collection = Collection.Create(path, Options(metric, dimension), Quiet);
        Add(collection, 0, count, seed);
        collection.Seal();
        return collection;
    }

    /// <summary>
    /// Writes keys <paramref name="first"/> and on in one batch; the vector follows from key and seed.
    /// </summary>
    public static WriteReceipt Add(Collection collection, ulong first, int count, ulong seed)
    {
        WriteBatch batch = collection.NewBatch();
        for (ulong key = first; key < first + (ulong)count; key++)
        {
            batch.Upsert(key, Vector(key, seed, collection.Options.Default.Dimension), Payload(key));
        }

        return collection.Write(batch);
    }

    public static float[] Vector(ulong key, ulong seed, int dimension)
    {
        var random = new SplitMix64((key * 1_000_003) + seed);
        return random.Vector(dimension);
    }

    /// <summary>A search with a reader of its own.</summary>
    public static SearchStatistics Search(
        this Collection collection, float[] query, SearchScratch scratch, Span<Match> matches)
    {
        using CollectionReader reader = collection.Read();
        return reader.Search(query, scratch, matches);
    }

    /// <summary>The payload of a key, or null where there is no such point.</summary>
    public static byte[]? PayloadOf(this Collection collection, Key key)
    {
        using CollectionReader reader = collection.Read();
        return reader.TryGet(key, out Match row) ? reader.Payload(row).ToArray() : null;
    }

    /// <summary>All keys in key order.</summary>
    public static List<Key> Keys(this Collection collection)
    {
        using CollectionReader reader = collection.Read();
        return Keys(reader);
    }

    /// <summary>All keys in key order.</summary>
    public static List<Key> Keys(in CollectionReader reader)
    {
        var keys = new List<Key>();
        var page = new Match[100];
        Key? from = null;
        do
        {
            int count = reader.Scroll(from, page, out from);
            keys.AddRange(page[..count].Select(match => match.Key));
        }
        while (from is not null);
        return keys;
    }

    /// <summary>
    /// Checks that a collection holds keys 0 to count with their payloads, and finds them all.
    /// </summary>
    public static void AssertHolds(Collection collection, int count)
    {
        Assert.Equal(count, collection.Count);
        Assert.Equal(Enumerable.Range(0, count).Select(key => (Key)(ulong)key), collection.Keys());
        using CollectionReader reader = collection.Read();
        var matches = new Match[count + 1];
        int dimension = collection.Options.Default.Dimension;
        Assert.Equal(
            count, reader.Search(Vector(1, 71, dimension), new SearchScratch(), matches).MatchCount);
        Assert.Equal(count, matches[..count].Select(match => match.Key).Distinct().Count());
        foreach (Match match in matches[..count])
        {
            Assert.Equal(Payload(match.Key.Number), reader.Payload(match).ToArray());
        }
    }

    /// <summary>Reads every block of every segment.</summary>
    public static void Verify(this Collection collection)
    {
        using CollectionReader reader = collection.Read();
        Array.ForEach(reader.Snapshot.Views, view => view.Segment.Verify());
    }

    /// <summary>
    /// Scores of stored rows for a query, best first, by plain loops in double; equal ones in order of the
    /// list.
    /// </summary>
    public static (Key Key, double Score)[] Oracle(
        Metric metric, float[] query, IReadOnlyList<(Key Key, float[] Stored)> rows, int k)
        => rows.Select(row => (row.Key, Score: Score(metric, query, row.Stored)))
            .OrderByDescending(row => (float)row.Score).Take(k).ToArray();

    public static double Score(Metric metric, float[] query, float[] stored)
    {
        double dot = 0;
        double squares = 0;
        double queryNorm = 0;
        double norm = 0;
        for (int i = 0; i < query.Length; i++)
        {
            dot += (double)query[i] * stored[i];
            squares += Math.Pow((double)query[i] - stored[i], 2);
            queryNorm += (double)query[i] * query[i];
            norm += (double)stored[i] * stored[i];
        }

        return metric switch
        {
            Metric.Cosine => dot / Math.Sqrt(queryNorm * norm),
            Metric.Dot => dot,
            _ => -Math.Sqrt(squares),
        };
    }
}
