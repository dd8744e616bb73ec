using System.Diagnostics;
using System.Runtime.InteropServices;
using EdgeSim.Index;
using Microsoft.Data.Sqlite;

namespace EdgeSim.Benchmarks;

/// <summary>
/// Durable upserts of 384-d vectors with a small payload, one batch after the other, against SQLite:
/// write-ahead log, synchronous=FULL, a table of key, vector blob (float32) and payload blob, one
/// transaction a batch, prepared statements. The same keys and vectors, in the same folder, alternating;
/// medians of the rounds.
/// </summary>
internal static class StoreAgainstSqlite
{
    private const int Dimension = 384;
    private const int Rounds = 7;
    private static readonly byte[] s_payload = [0x81, 0xa1, 0x61, 0x01];

    internal static void Run(string folder, TextWriter output)
    {
        string work = Path.Combine(folder, $"store-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(work);
        try
        {
            output.WriteLine($"{"batch",6} {"EdgeSim points/s",18} {"SQLite points/s",18} {"ratio",8}");
            foreach (int batch in (ReadOnlySpan<int>)[1, 100, 1000])
            {
                Measure(work, batch, output);
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void Measure(string work, int batch, TextWriter output)
    {
        int points = batch == 1 ? 1000 : batch * 40;
        var random = new SplitMix64((ulong)batch);
        var vectors = new float[points * Dimension];
        foreach (ref float component in vectors.AsSpan())
        {
            component = (float)((random.Next() >> 11) * (1.0 / (1UL << 53))) - 0.5f;
        }

        var ours = new double[Rounds];
        var theirs = new double[Rounds];
        var ratios = new double[Rounds];
        using Collection collection = Collection.Create(
            Path.Combine(work, $"c{batch}"),
            CollectionOptions.Of(
                new VectorOptions { Dimension = Dimension, Metric = Metric.Cosine, Fingerprint = "" }));
        using SqliteConnection connection = OpenSqlite(Path.Combine(work, $"s{batch}.db"));
        for (int round = -1; round < Rounds; round++)
        {
            // Keys in random order, half of them there already from the second round on.
            ulong[] keys = new ulong[points];
            foreach (ref ulong key in keys.AsSpan())
            {
                key = random.Next() % (ulong)(points * 4);
            }

            double own = points / Time(() => WriteOurs(collection, batch, keys, vectors));
            double other = points / Time(() => WriteSqlite(connection, batch, keys, vectors));
            if (round >= 0)
            {
                (ours[round], theirs[round], ratios[round]) = (own, other, own / other);
            }
        }

        output.WriteLine($"{batch,6} {Median(ours),18:F0} {Median(theirs),18:F0} {Median(ratios),8:F2}");
    }

    private static void WriteOurs(Collection collection, int size, ulong[] keys, float[] vectors)
    {
        WriteBatch batch = collection.NewBatch();
        for (int first = 0; first < keys.Length; first += size)
        {
            batch.Clear();
            for (int i = first; i < first + size; i++)
            {
                batch.Upsert(keys[i], vectors.AsSpan(i * Dimension, Dimension), s_payload);
            }

            collection.Write(batch);
        }
    }

    private static SqliteConnection OpenSqlite(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText =
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            + "CREATE TABLE points(key INTEGER PRIMARY KEY, vector BLOB NOT NULL, payload BLOB)";
        command.ExecuteNonQuery();
        return connection;
    }

    private static void WriteSqlite(SqliteConnection connection, int size, ulong[] keys, float[] vectors)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText =
            "INSERT OR REPLACE INTO points(key, vector, payload) VALUES ($key, $vector, $payload)";
        SqliteParameter key = command.Parameters.Add("$key", SqliteType.Integer);
        SqliteParameter vector = command.Parameters.Add("$vector", SqliteType.Blob);
        command.Parameters.Add("$payload", SqliteType.Blob).Value = s_payload;
        byte[] blob = new byte[Dimension * sizeof(float)];
        vector.Value = blob;
        command.Prepare();
        for (int first = 0; first < keys.Length; first += size)
        {
            using SqliteTransaction transaction = connection.BeginTransaction();
            command.Transaction = transaction;
            for (int i = first; i < first + size; i++)
            {
                key.Value = (long)keys[i];
                MemoryMarshal.AsBytes(vectors.AsSpan(i * Dimension, Dimension)).CopyTo(blob);
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }
    }

    private static double Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
