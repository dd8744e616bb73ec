using System.Diagnostics;
using EdgeSim.Encoders;
using EdgeSim.Index;

namespace EdgeSim.Engine;

public sealed partial class SimilarityEngine
{
    /// <summary>
    /// First everything that can be refused, then the store: a request that fails leaves neither a point nor
    /// a collection behind.
    /// </summary>
    private AddReply Add(AddRequest request)
    {
        RequireCount(request.Points.Count, "points");
        Collection? collection = collections.Exists(request.Collection)
            ? collections.GetToWrite(request.Collection)
            : null;
        VectorOptions options = collection?.Options.Default ?? OptionsFor(request);
        if (request.Model is { } model && model != options.Model)
        {
            throw new UserException(
                ExitCode.Data,
                $"Collection '{request.Collection}' holds vectors of {Named(options.Model)}, not "
                + $"of '{model}'. Vectors of two models do not compare; use another collection.");
        }

        var vectors = new float[request.Points.Count * options.Dimension];
        var keys = new Key[request.Points.Count];
        var payloads = new byte[request.Points.Count][];
        var refused = new Dictionary<int, string>();
        long start = Stopwatch.GetTimestamp();
        Encode(request, options, keys, vectors, payloads, refused);
        double encodeMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

        var durability = Durability.Always;
        start = Stopwatch.GetTimestamp();
        if (refused.Count < keys.Length)
        {
            bool isNew = collection is null;
            collection ??= collections.Create(request.Collection, CollectionOptions.Of(options));
            durability = Store(collection, isNew, request, keys, vectors, payloads, refused);
        }

        return new AddReply(
            request.Collection,
            keys,
            collection?.Count ?? 0,
            Durable: durability == Durability.Always,
            encodeMs,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds,
            refused.Count == 0 ? null : [.. refused.Select(pair => new RefusedPoint(pair.Key, pair.Value))]);
    }

    /// <summary>
    /// Fills keys, vectors and payloads; what is refused throws, or is listed where that is allowed.
    /// </summary>
    private void Encode(
        AddRequest request,
        VectorOptions options,
        Key[] keys,
        float[] vectors,
        byte[][] payloads,
        Dictionary<int, string> refused)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            NewPoint point = request.Points[i];
            RequireNew(point);
            payloads[i] = PointPayload.Pack(point.Payload.Span, i);
            keys[i] = point.Key ?? PointKey.Of(point.Input);
            Span<float> vector = vectors.AsSpan(i * options.Dimension, options.Dimension);
            try
            {
                Resolve(options, request.Collection, point.Input, i, vector);
                options.CheckVector(vector);
            }
            catch (EncoderInputException e) when (request.SkipRefused)
            {
                refused.Add(i, e.Message);
            }
        }
    }

    /// <summary>Stores all, or leaves everything as it was.</summary>
    private Durability Store(
        Collection collection,
        bool isNew,
        AddRequest request,
        Key[] keys,
        float[] vectors,
        byte[][] payloads,
        Dictionary<int, string> refused)
    {
        int dimension = collection.Options.Default.Dimension;
        try
        {
            WriteBatch batch = collection.NewBatch();
            for (int i = 0; i < keys.Length; i++)
            {
                if (!refused.ContainsKey(i))
                {
                    batch.Upsert(keys[i], vectors.AsSpan(i * dimension, dimension), payloads[i]);

                    // It is in the batch now, and may be garbage before the log takes it once more.
                    payloads[i] = [];
                }
            }

            WriteReceipt receipt = collection.Write(batch);
            collections.KeepWithinMemory();
            return receipt.Durability;
        }
        catch when (isNew)
        {
            collections.TryDelete(request.Collection);
            throw;
        }
    }

    private VectorOptions OptionsFor(AddRequest request)
    {
        PointInput first = request.Points[0].Input;
        if (first.Vector is { } vector)
        {
            if (vector.Length is < 1 or > Limits.DimensionMax)
            {
                throw new UserException(
                    ExitCode.Data,
                    $"Vector 0 has {vector.Length} numbers; allowed are 1 to {Limits.DimensionMax}.");
            }

            return request.Model is null
                ? new VectorOptions
                {
                    Dimension = vector.Length,
                    Metric = Metric.Cosine,
                    Fingerprint = "",
                }
                : OptionsFor(encoders.Asked(request.Model, Modality.Text));
        }

        RequireNew(request.Points[0]);
        Modality modality = first.Input!.Value.Modality;
        return OptionsFor(encoders.Asked(request.Model, modality));
    }

    private static VectorOptions OptionsFor(ModelManifest manifest) => new()
    {
        Dimension = manifest.Dimension,
        Metric = Metric.Cosine,
        Fingerprint = manifest.Fingerprint,
        Model = manifest.Name,
    };

    private static void RequireNew(NewPoint point)
    {
        if (point.Input.Vector is null && point.Input.Input is null)
        {
            throw new UserException(
                ExitCode.Usage, "A new point is a vector, a text or a picture; a key is not enough.");
        }
    }
}
