namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// A random batch that follows from its tag alone. Its first change puts the tag into the payload of
/// <see cref="TagKey"/>, so that what a collection holds says which batch was its last.
/// </summary>
internal sealed class StoreBatch
{
    /// <summary>The point that every batch replaces.</summary>
    internal static readonly Key TagKey = 7;

    private const string TagField = "t";

    private StoreBatch(long tag) => Tag = tag;

    internal long Tag { get; }

    internal List<StoreChange> Changes { get; } = [];

    /// <summary>Two vectors of different dimension and metric.</summary>
    internal static CollectionOptions Options(Durability durability) => new()
    {
        Durability = durability,
        Vectors =
        [
            new VectorOptions { Name = "text", Dimension = 6, Metric = Metric.Cosine, Fingerprint = "" },
            new VectorOptions { Name = "image", Dimension = 5, Metric = Metric.Euclid, Fingerprint = "" },
        ],
    };

    /// <summary>The batch of a tag: 1 and up to so many changes, of so many keys.</summary>
    internal static StoreBatch Of(long tag, int changesMax, int keys)
    {
        var batch = new StoreBatch(tag);
        var random = new SplitMix64((ulong)tag);
        CollectionOptions options = Options(Durability.Always);
        var payload = new StorePayload();
        payload.Put(TagField, tag);
        batch.Changes.Add(new StoreChange(StepKind.Put, TagKey)
        {
            Payload = payload,
            Vectors = [Vector(ref random, 6), null],
        });
        for (int i = random.Below(changesMax + 1); i > 0; i--)
        {
            Key key = KeyOf(1 + random.Below(keys));
            batch.Changes.Add(Change(ref random, key, options));
        }

        return batch;
    }

    /// <summary>
    /// The n-th key from 1: half of them numbers, half UUIDs, with 0, the largest number and the nil UUID.
    /// </summary>
    internal static Key KeyOf(int n)
    {
        var random = new SplitMix64((ulong)n);
        return n switch
        {
            1 => 0,
            2 => Guid.Empty,
            3 => ulong.MaxValue,
            _ when n % 2 == 0 => new Key(true, random.Next(), random.Next()),
            _ => (ulong)n + 100,
        };
    }

    /// <summary>The tag in a stored payload.</summary>
    internal static long TagOf(ReadOnlySpan<byte> payload)
    {
        var reader = new MessagePack.MessagePackReader(payload.ToArray());
        return reader.ReadMapHeader() == 1 && reader.ReadString() == TagField
            ? reader.ReadInt64()
            : throw new InvalidDataException("the first point has another payload than any that was written");
    }

    internal void AddTo(WriteBatch batch, CollectionOptions options)
    {
        batch.Clear();
        Changes.ForEach(change => change.AddTo(batch, options));
    }

    private static StoreChange Change(ref SplitMix64 random, Key key, CollectionOptions options)
    {
        int lot = random.Below(20);
        StorePayload values = StorePayload.Random(ref random, "c", random.Below(1000));
        return lot switch
        {
            < 8 => new StoreChange(StepKind.Put, key)
            {
                Payload = random.Below(5) == 0 ? StorePayload.Empty : values,
                Vectors = Vectors(ref random, options, chanceOfNone: 3),
            },
            < 12 => new StoreChange(StepKind.Delete, key),
            12 or 13 => new StoreChange(StepKind.SetVectors, key)
            {
                Vectors = Vectors(ref random, options, chanceOfNone: 2),
            },
            14 => new StoreChange(StepKind.DeleteVectors, key)
            {
                Names = random.Below(2) == 0 ? ["text"] : ["image", "text"],
            },
            15 or 16 => new StoreChange(StepKind.SetPayload, key) { Payload = values },
            17 => new StoreChange(StepKind.SetPayload, key) { Payload = values.Flat(), IsInner = true },
            18 => new StoreChange(StepKind.OverwritePayload, key)
            {
                Payload = random.Below(2) == 0 ? StorePayload.Empty : values,
            },
            _ => new StoreChange(StepKind.DeletePayload, key)
            {
                Names = random.Below(2) == 0 ? ["a", "m.x"] : ["m", "c"],
            },
        };
    }

    private static float[]?[] Vectors(ref SplitMix64 random, CollectionOptions options, int chanceOfNone)
    {
        var vectors = new float[]?[options.Vectors.Count];
        for (int column = 0; column < vectors.Length; column++)
        {
            vectors[column] = random.Below(chanceOfNone) == 0
                ? null
                : Vector(ref random, options.Vectors[column].Dimension);
        }

        return vectors;
    }

    private static float[] Vector(ref SplitMix64 random, int dimension)
    {
        var vector = new float[dimension];
        for (int i = 0; i < dimension; i++)
        {
            vector[i] = (float)((random.Fraction() * 2) - 1);
        }

        return vector;
    }
}
