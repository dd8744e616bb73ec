using System.Runtime.InteropServices;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Tests.Support;

namespace EdgeSim.Index.Tests.Storage;

/// <summary>
/// A collection from a seed, with all that was ever written to it: what a repair keeps must be of it, and
/// what it does not say is lost must be what was there last.
/// </summary>
internal sealed class RepairWorld
{
    private static readonly CollectionSettings Settings = new()
    {
        IsBackground = false, SealBytes = IndexLimits.SealBytesMin,
    };

    private readonly int _keys;

    private readonly CollectionOptions _options;
    private readonly Dictionary<Key, HashSet<string>> _written = [];
    private readonly bool _hasUuids;
    private SplitMix64 _random;

    /// <summary>Makes the collection and closes it.</summary>
    /// <param name="path">Where.</param>
    /// <param name="seed">Same seed, same collection.</param>
    /// <param name="batches">Batches written.</param>
    /// <param name="columns">Named vectors; a point has each of them with two chances in three.</param>
    /// <param name="sealEvery">Batches between two segments; 0: when there is enough.</param>
    /// <param name="isLarge">Whether sections have several blocks; otherwise they are short.</param>
    public RepairWorld(
        string path, ulong seed, int batches, int columns = 1, int sealEvery = 0, bool isLarge = false)
    {
        Path = path;
        _keys = isLarge ? 4000 : 150;
        int pointsMax = isLarge ? 60 : 12;
        int dimension = isLarge ? 300 : 20;
        _random = new SplitMix64(seed);
        _hasUuids = _random.Below(3) == 0;
        _options = columns == 1
            ? CollectionOptions.Of(Vector("", dimension))
            : new CollectionOptions
            {
                Vectors = [.. Enumerable.Range(0, columns)
                    .Select(i => Vector("v" + i, dimension + (i * 30)))],
            };
        CollectionSettings settings = isLarge
            ? Settings with { SealBytes = IndexLimits.SealBytesDefault }
            : Settings;
        using (Collection collection = Collection.Create(path, _options, settings))
        {
            if (_random.Below(2) == 0)
            {
                collection.CreatePayloadIndex(new PayloadIndexField("t", PayloadIndexKind.Keyword));
                collection.CreatePayloadIndex(new PayloadIndexField("t", PayloadIndexKind.Text));
            }

            for (int i = 0; i < batches; i++)
            {
                Write(collection, pointsMax);
                if (sealEvery > 0 && i % sealEvery == sealEvery - 1 && i < batches - 1)
                {
                    collection.Seal();
                }
            }
        }

        Truth = Read(path);
    }

    public string Path { get; }

    /// <summary>The keys of every batch, by its sequence.</summary>
    public Dictionary<ulong, HashSet<Key>> Batches { get; } = [];

    public CollectionOptions Options => _options;

    /// <summary>What every point was at the end.</summary>
    public IReadOnlyDictionary<Key, string> Truth { get; }

    /// <summary>All points of a collection: payload, and of each vector name, scale and codes.</summary>
    public static Dictionary<Key, string> Read(string path)
    {
        using Collection collection = Collection.Open(path, Settings);
        using CollectionReader reader = collection.Read();
        var points = new Dictionary<Key, string>();
        var rows = new Match[64];
        Key? from = null;
        do
        {
            int count = reader.Scroll(from, rows, out from);
            foreach (Match row in rows.AsSpan(0, count))
            {
                IRowSource source = reader.Snapshot.Source(reader.Snapshot.IndexOf(row.Segment));
                string text = Convert.ToHexString(source.Payload(row.Ordinal));
                for (int column = 0; column < collection.Options.Vectors.Count; column++)
                {
                    int vector = source.VectorOf(column, row.Ordinal);
                    if (vector >= 0)
                    {
                        text += Text(column, source.Codes(column, vector), source.Side(column, vector));
                    }
                }

                points.Add(row.Key, text);
            }
        }
        while (from is not null);
        Assert.Equal(points.Count, reader.Count);
        return points;
    }

    /// <summary>
    /// Whether a point was ever written like this, or like this with the vectors it has lost.
    /// </summary>
    public bool WasWritten(Key key, string point)
    {
        if (!_written.TryGetValue(key, out HashSet<string>? versions))
        {
            return false;
        }

        string[] parts = point.Split('|');
        return versions.Any(version => version.Split('|') is var all
            && all[0] == parts[0] && parts.All(all.Contains));
    }

    private static VectorOptions Vector(string name, int dimension) => new()
    {
        Name = name, Dimension = dimension, Metric = Metric.Dot, Fingerprint = "f", Model = "m",
    };

    private static string Text(int column, ReadOnlySpan<sbyte> codes, QuantizedRow side)
        => FormattableString.Invariant(
            $"|{column} {side.Scale:R} {side.SquareSum} {side.CodeSum} ")
            + Convert.ToHexString(MemoryMarshal.AsBytes(codes));

    private void Write(Collection collection, int pointsMax)
    {
        WriteBatch batch = collection.NewBatch();
        var keys = new HashSet<Key>();
        int points = 1 + _random.Below(pointsMax);
        for (int i = 0; i < points; i++)
        {
            Key key = _hasUuids && _random.Below(2) == 0
                ? new Key(new Guid(
                    _random.Below(_keys / 4), 1, 2, 3, 4, 5, 6, 7, 8, 9, (byte)_random.Below(3)))
                : (Key)(ulong)_random.Below(_keys);
            keys.Add(key);
            if (_random.Below(5) == 0)
            {
                batch.Delete(key);
            }
            else
            {
                Put(batch, key);
            }
        }

        // A batch that changes nothing is not numbered: its receipt has the number of the one before.
        ulong sequence = collection.Write(batch).Sequence;
        if (!Batches.TryAdd(sequence, keys))
        {
            Batches[sequence].UnionWith(keys);
        }
    }

    private void Put(WriteBatch batch, Key key)
    {
        byte[] payload = Payload();
        string text = Convert.ToHexString(payload);
        batch.Upsert(key, payload);
        for (int column = 0; column < _options.Vectors.Count; column++)
        {
            if (_options.Vectors.Count == 1 || _random.Below(3) > 0)
            {
                VectorOptions options = _options.Vectors[column];
                float[] vector = _random.Vector(options.Dimension);
                batch.Vector(options.Name, vector);
                var codes = new sbyte[options.Stride];
                text += Text(column, codes, RowQuantizer.Quantize(vector, options.Metric, codes));
                text = text[..text.LastIndexOf(' ')] + " "
                    + Convert.ToHexString(MemoryMarshal.AsBytes<sbyte>(codes));
            }
        }

        if (!_written.TryGetValue(key, out HashSet<string>? versions))
        {
            _written.Add(key, versions = []);
        }

        versions.Add(text);
    }

    /// <summary>Nothing, or a map with one text.</summary>
    private byte[] Payload()
    {
        int length = _random.Below(4) == 0 ? _random.Below(250) : _random.Below(30);
        if (length == 0)
        {
            return [];
        }

        byte[] payload = new byte[3 + 2 + length];
        (payload[0], payload[1], payload[2]) = (0x81, 0xA1, (byte)'t');
        (payload[3], payload[4]) = (0xD9, (byte)length);
        for (int i = 5; i < payload.Length; i++)
        {
            payload[i] = (byte)('a' + _random.Below(26));
        }

        return payload;
    }
}
