using System.Text;
using System.Text.Json.Nodes;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Tests.Support;

/// <summary>
/// A collection in every state at once: sealed segments with and without payload indexes, rows in memory,
/// deleted and replaced ones, identical rows, points that lack a vector. Beside it what plain loops in double
/// say about its rows.
/// </summary>
internal sealed class QueryWorld : IDisposable
{
    public const string Second = "second";

    private static readonly string[] Tags = ["red", "green", "blue", "dark red", ""];

    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<Key, JsonNode> _payloads = [];

    public QueryWorld(Metric metric, int dimension, int points, ulong seed, bool isIndexed = true)
    {
        Metric = metric;
        Dimension = dimension;
        Collection = Collection.Create(
            _directory.Sub("c"),
            new CollectionOptions
            {
                Vectors =
                [
                    new VectorOptions { Dimension = dimension, Metric = metric, Fingerprint = "" },
                    new VectorOptions
                    {
                        Name = Second, Dimension = 2, Metric = Metric.Dot, Fingerprint = "",
                    },
                ],
                Durability = Durability.None,
            },
            Rows.Quiet);
        var random = new SplitMix64(seed);
        Write(ref random, 0, points / 3);
        Collection.Seal();
        if (isIndexed)
        {
            Collection.CreatePayloadIndex(new PayloadIndexField("n", PayloadIndexKind.Integer));
            Collection.CreatePayloadIndex(new PayloadIndexField("tag", PayloadIndexKind.Keyword));
        }

        Write(ref random, points / 3, points * 2 / 3);
        Change(ref random, points / 3);
        Collection.Seal();
        Write(ref random, points * 2 / 3, points);
        Change(ref random, points);
    }

    public Collection Collection { get; }

    public Metric Metric { get; }

    public int Dimension { get; }

    public JsonNode PayloadOf(Key key) => _payloads[key];

    public float[] Query(ref SplitMix64 random)
    {
        float[] query = random.Vector(Dimension);
        query[0] += 0.001f;
        return query;
    }

    /// <summary>Live rows that have a vector, by age, and the components that were stored.</summary>
    public static List<(Key Key, double[] Stored)> Stored(in CollectionReader reader, int column)
    {
        Snapshot snapshot = reader.Snapshot;
        var rows = new List<(Key, double[])>();
        for (int i = 0; i < snapshot.SourceCount; i++)
        {
            IRowSource source = snapshot.Source(i);
            for (int row = 0; row < source.RowCount; row++)
            {
                int vector = source.IsLive(row) ? source.VectorOf(column, row) : -1;
                if (vector >= 0)
                {
                    double scale = source.Side(column, vector).Scale;
                    double[] values = new double[snapshot.Options.Vectors[column].Dimension];
                    for (int j = 0; j < values.Length; j++)
                    {
                        values[j] = source.Codes(column, vector)[j] * scale;
                    }

                    rows.Add((source.Key(row), values));
                }
            }
        }

        return rows;
    }

    /// <summary>Cosine, inner product, or minus the squared distance.</summary>
    public static double Similarity(Metric metric, ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        double dot = 0;
        double squares = 0;
        double oneSquares = 0;
        double otherSquares = 0;
        for (int i = 0; i < one.Length; i++)
        {
            dot += one[i] * other[i];
            squares += (one[i] - other[i]) * (one[i] - other[i]);
            oneSquares += one[i] * one[i];
            otherSquares += other[i] * other[i];
        }

        return metric switch
        {
            Metric.Cosine => dot / Math.Sqrt(oneSquares * otherSquares),
            Metric.Dot => dot,
            _ => -squares,
        };
    }

    /// <summary>The score of a search for one vector.</summary>
    public static double Score(Metric metric, ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        double similarity = Similarity(metric, one, other);
        return metric == Metric.Euclid ? -Math.Sqrt(-similarity) : similarity;
    }

    public static double[] Wide(float[] values) => Array.ConvertAll(values, value => (double)value);

    /// <summary>
    /// That matches are all rows in the order of their scores, each with its own, and equal scores by age.
    /// </summary>
    public static void AssertAll(
        List<(Key Key, double[] Stored)> rows, Func<double[], double> score, Match[] matches, string what)
    {
        Assert.True(rows.Count == matches.Length, $"{matches.Length} of {rows.Count} rows, {what}");
        var ages = new Dictionary<Key, int>();
        for (int i = 0; i < rows.Count; i++)
        {
            ages.Add(rows[i].Key, i);
        }

        for (int i = 0; i < matches.Length; i++)
        {
            double expected = score(rows[ages[matches[i].Key]].Stored);
            double allowed = 1e-6 * (1 + Math.Abs(expected));
            Assert.True(
                Math.Abs(expected - matches[i].Score) <= allowed,
                $"match {i}, key {matches[i].Key}: {matches[i].Score} instead of {expected}, {what}");
            Assert.True(
                i == 0 || matches[i - 1].Score > matches[i].Score
                || (matches[i - 1].Score == matches[i].Score
                    && ages[matches[i - 1].Key] < ages[matches[i].Key]),
                $"matches {i - 1} and {i} are not in order, {what}");
        }

        Assert.Equal(matches.Length, matches.Select(match => match.Key).Distinct().Count());
    }

    public static Filter RandomFilter(ref SplitMix64 random) => random.Below(6) switch
    {
        0 => new Filter { Must = [new NumberRange("n") { Lt = random.Below(100) }] },
        1 => new Filter { Must = [new MatchValue("tag", Tags[random.Below(Tags.Length)])] },
        2 => new Filter { MustNot = [new MatchValue("m", (long)random.Below(4))] },
        3 => new Filter
        {
            Must = [new NumberRange("n") { Gte = random.Below(100) }, new MatchValue("m", 1L)],
        },
        4 => new Filter { Must = [new HasId([.. Keys(ref random)])] },
        _ => new Filter { Should = [new MatchValue("n", 3L), new MatchValue("m", 2L)] },
    };

    public void Dispose()
    {
        Collection.Dispose();
        _directory.Dispose();
    }

    private static List<Key> Keys(ref SplitMix64 random)
    {
        var keys = new List<Key>();
        for (int i = 0; i < 20; i++)
        {
            keys.Add((ulong)random.Below(200));
        }

        return keys;
    }

    private static JsonObject Payload(ref SplitMix64 random)
    {
        var payload = new JsonObject { ["n"] = random.Below(100), ["m"] = random.Below(4) };
        switch (random.Below(8))
        {
            case 0:
                break;
            case 1:
                payload["tag"] = new JsonArray(
                    Tags[random.Below(5)], Tags[random.Below(5)], random.Below(5) - 2);
                break;
            case 2:
                payload["tag"] = random.Below(3) - 1;
                break;
            case 3:
                payload["tag"] = random.Below(2) == 0 ? new JsonArray("red", 1.5) : JsonValue.Create(true);
                break;
            default:
                payload["tag"] = Tags[random.Below(5)] + (random.Below(4) == 0 ? random.Below(40) : "");
                break;
        }

        return payload;
    }

    private void Write(ref SplitMix64 random, int first, int end)
    {
        WriteBatch batch = Collection.NewBatch();
        for (int key = first; key < end; key++)
        {
            Put(ref random, batch, (ulong)key);
            if (batch.Bytes > IndexLimits.BatchBytesMax / 2 || batch.Count > 4000)
            {
                Collection.Write(batch);
                batch.Clear();
            }
        }

        Collection.Write(batch);
    }

    private void Put(ref SplitMix64 random, WriteBatch batch, Key key)
    {
        JsonObject payload = Payload(ref random);
        _payloads[key] = payload;
        batch.Upsert(key, PayloadJson.FromJson(Encoding.UTF8.GetBytes(payload.ToJsonString())));
        if (random.Below(10) > 0)
        {
            // One of three has a vector that others have too.
            var own = new SplitMix64(random.Below(3) == 0 ? (ulong)random.Below(9) : random.Next());
            batch.Vector("", Query(ref own));
        }

        if (random.Below(2) == 0)
        {
            batch.Vector(Second, random.Vector(2));
        }
    }

    private void Change(ref SplitMix64 random, int end)
    {
        WriteBatch batch = Collection.NewBatch();
        for (int i = end / 8; i > 0; i--)
        {
            Key key = (ulong)random.Below(end);
            if (random.Below(2) == 0)
            {
                batch.Delete(key);
            }
            else
            {
                Put(ref random, batch, key);
            }
        }

        Collection.Write(batch);
    }
}
