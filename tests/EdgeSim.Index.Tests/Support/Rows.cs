namespace EdgeSim.Index.Tests.Support;

/// <summary>Makes collections with known rows, and the answer that plain double arithmetic gives.</summary>
internal static class Rows
{
    public static CollectionOptions Options(Metric metric, int dimension)
        => new() { Dimension = dimension, Metric = metric, Fingerprint = "test" };

    /// <summary>A payload that depends on the key only, of 0 to 40 bytes.</summary>
    public static byte[] Payload(ulong key)
    {
        byte[] payload = new byte[(key * 7) % 41];
        Array.Fill(payload, (byte)(key * 31));
        return payload;
    }

    /// <summary>A collection of one commit with keys 0 to <paramref name="count"/>.</summary>
    public static Collection Create(string path, Metric metric, int dimension, int count, ulong seed)
    {
        Collection collection = Collection.Create(path, Options(metric, dimension));
        Add(collection, 0, count, seed);
        collection.Commit();
        return collection;
    }

    /// <summary>Adds keys <paramref name="first"/> and on; the vector follows from key and seed.</summary>
    public static void Add(Collection collection, ulong first, int count, ulong seed)
    {
        for (ulong key = first; key < first + (ulong)count; key++)
        {
            collection.Add(key, Vector(key, seed, collection.Options.Dimension), Payload(key));
        }
    }

    public static float[] Vector(ulong key, ulong seed, int dimension)
    {
        var random = new SplitMix64((key * 1_000_003) + seed);
        return random.Vector(dimension);
    }

    /// <summary>
    /// Scores of stored rows for a query, best first, by plain loops in double; equal ones in order of the
    /// list.
    /// </summary>
    public static (ulong Key, double Score)[] Oracle(
        Metric metric, float[] query, IReadOnlyList<(ulong Key, float[] Stored)> rows, int k)
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
