using System.Diagnostics;
using System.Text.Json;
using EdgeSim.Encoders;
using EdgeSim.Encoders.Models;
using EdgeSim.Index;
using EdgeSim.Index.Kernels;

namespace EdgeSim.Engine;

/// <summary>
/// The one request path: every command and transport comes through <see cref="Execute"/>. Synchronous and for
/// one thread; <see cref="WorkQueue"/> stands before it where there are several callers. Buffers are made at
/// start.
/// </summary>
public sealed class SimilarityEngine : IDisposable
{
    private readonly EncoderSet encoders;
    private readonly CollectionSet collections;
    private readonly SearchScratch scratch = new();
    private readonly Match[] matches = new Match[Limits.KMax];
    private readonly float[] query = new float[Limits.DimensionMax];

    public SimilarityEngine(ProgramOptions options)
    {
        encoders = new EncoderSet(new ModelStore(options.ModelsFolder), options.Threads);
        collections = new CollectionSet(options.CollectionsFolder);
    }

    /// <summary>Models in memory, by name.</summary>
    public IReadOnlyCollection<string> LoadedModels => encoders.Loaded;

    /// <summary>Does what is asked, completely or not at all.</summary>
    /// <exception cref="UserException">The request cannot be served as it is.</exception>
    /// <exception cref="EncoderInputException">An input is refused; nothing was stored.</exception>
    /// <exception cref="ModelException">The model is not installed or damaged.</exception>
    /// <exception cref="IndexException">The store refuses: locked, damaged, disk full.</exception>
    public Reply Execute(Request request) => request switch
    {
        SearchRequest search => Search(search),
        EncodeRequest encode => Encode(encode),
        AddRequest add => Add(add),
        CollectionsRequest list => List(list),
        _ => throw new ArgumentException($"no such request: {request.GetType().Name}", nameof(request)),
    };

    /// <summary>
    /// True when the point is stored already; used by <c>index</c> to skip what has not changed.
    /// </summary>
    public bool TryGetPayload(string collection, ulong key, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (!collections.Exists(collection) || !collections.Get(collection).TryGet(key, out Match match))
        {
            return false;
        }

        payload = collections.Get(collection).Payload(match);
        return true;
    }

    public void Dispose()
    {
        collections.Dispose();
        encoders.Dispose();
    }

    private EncodeReply Encode(EncodeRequest request)
    {
        RequireCount(request.Inputs.Count, "inputs");
        IEncoder encoder = encoders.Get(request.Model ?? EncoderSet.DefaultModel(request.Inputs[0].Modality));
        int dimension = encoder.Manifest.Dimension;
        var items = new EncodedItem[request.Inputs.Count];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < items.Length; i++)
        {
            EncoderInput input = request.Inputs[i];
            var embedding = new float[dimension];
            EncodeReport report = default;
            long itemStart = Stopwatch.GetTimestamp();
            EncodeOne(encoder, input, i, embedding, ref report);
            double ms = Stopwatch.GetElapsedTime(itemStart).TotalMilliseconds;
            items[i] = input.Modality == Modality.Text
                ? new EncodedItem(embedding, ms, Tokens: report.Tokens, TokensDropped: report.TokensDropped)
                : new EncodedItem(embedding, ms, Width: report.Width, Height: report.Height);
        }

        return new EncodeReply(
            encoder.Manifest.Name,
            encoder.Manifest.Fingerprint,
            dimension,
            items,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private AddReply Add(AddRequest request)
    {
        RequireCount(request.Points.Count, "points");
        Collection collection = collections.Exists(request.Collection)
            ? collections.Get(request.Collection)
            : collections.Create(request.Collection, OptionsFor(request));
        if (request.Model is { } model && model != collection.Options.Model)
        {
            throw new UserException(
                ExitCode.Data,
                $"Collection '{request.Collection}' holds vectors of {Named(collection.Options.Model)}, not "
                + $"of '{model}'. Vectors of two models do not compare; use another collection.");
        }

        // All is encoded before the first row is added, so that a refused input leaves nothing behind.
        int dimension = collection.Options.Dimension;
        var vectors = new float[request.Points.Count * dimension];
        var keys = new ulong[request.Points.Count];
        var refused = new Dictionary<int, string>();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < keys.Length; i++)
        {
            NewPoint point = request.Points[i];
            RequirePayload(point.Payload.Span, i);
            keys[i] = point.Key ?? PointKey.Of(point.Input);
            try
            {
                Resolve(
                    collection, request.Collection, point.Input, i, vectors.AsSpan(i * dimension, dimension));
            }
            catch (EncoderInputException e) when (request.SkipRefused)
            {
                refused.Add(i, e.Message);
            }
        }

        double encodeMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        start = Stopwatch.GetTimestamp();
        Store(collection, request, keys, vectors, refused);
        return new AddReply(
            request.Collection,
            keys,
            collection.Count,
            Durable: true,
            encodeMs,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds,
            refused.Count == 0 ? null : [.. refused.Select(pair => new RefusedPoint(pair.Key, pair.Value))]);
    }

    /// <summary>Adds and commits all, or leaves the collection as it was.</summary>
    private static void Store(
        Collection collection,
        AddRequest request,
        ulong[] keys,
        float[] vectors,
        Dictionary<int, string> refused)
    {
        int dimension = collection.Options.Dimension;
        try
        {
            for (int i = 0; i < keys.Length; i++)
            {
                if (!refused.ContainsKey(i))
                {
                    collection.Add(
                        keys[i], vectors.AsSpan(i * dimension, dimension), request.Points[i].Payload.Span);
                }
            }

            collection.Commit();
        }
        catch
        {
            collection.DiscardFresh();
            throw;
        }
    }

    private SearchReply Search(SearchRequest request)
    {
        if (request.K is < 1 or > Limits.KMax)
        {
            throw new UserException(ExitCode.Usage, $"k is {request.K}; allowed are 1 to {Limits.KMax}.");
        }

        Collection collection = collections.Get(request.Collection);
        Span<float> vector = query.AsSpan(0, collection.Options.Dimension);
        long start = Stopwatch.GetTimestamp();
        Resolve(collection, request.Collection, request.Query, 0, vector);
        double encodeMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

        start = Stopwatch.GetTimestamp();
        SearchStatistics statistics = collection.Search(vector, scratch, matches.AsSpan(0, request.K));
        double searchMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

        var hits = new SearchHit[statistics.MatchCount];
        for (int i = 0; i < hits.Length; i++)
        {
            hits[i] = new SearchHit(
                matches[i].Key, matches[i].Score, ParsePayload(collection.Payload(matches[i])));
        }

        return new SearchReply(
            request.Collection,
            MetricName(collection.Options.Metric),
            ModelOrNull(collection),
            hits,
            "flat",
            VectorKernels.Best.Name,
            statistics.RowsScanned,
            statistics.RowsRescored,
            statistics.BytesRead,
            statistics.Complete,
            encodeMs,
            searchMs);
    }

    private CollectionsReply List(CollectionsRequest request)
    {
        IReadOnlyList<string> names = request.Collection is { } one ? [one] : collections.Names();
        var items = new CollectionItem[names.Count];
        for (int i = 0; i < items.Length; i++)
        {
            Collection collection = collections.Get(names[i]);
            items[i] = new CollectionItem(
                names[i],
                collection.Options.Dimension,
                MetricName(collection.Options.Metric),
                ModelOrNull(collection),
                collection.Options.Fingerprint,
                collection.Count,
                collection.Segments.Count,
                collection.Bytes);
        }

        return new CollectionsReply(items);
    }

    /// <summary>Writes the vector that an input stands for.</summary>
    private void Resolve(
        Collection collection, string name, in PointInput input, int index, Span<float> vector)
    {
        if (input.Vector is { } given)
        {
            if (given.Length != vector.Length)
            {
                throw new UserException(
                    ExitCode.Data,
                    $"A vector has {given.Length} numbers; collection '{name}' holds vectors of "
                    + $"{vector.Length}.");
            }

            given.CopyTo(vector);
        }
        else if (input.Key is { } key)
        {
            if (!collection.TryGet(key, out Match match))
            {
                throw new UserException(
                    ExitCode.NoInput, $"Collection '{name}' has no point with key {key}.");
            }

            collection.CopyVector(match, vector);
        }
        else
        {
            EncoderInput encoderInput = input.Input!.Value;
            IEncoder encoder = EncoderOf(collection, name, encoderInput.Modality);
            EncodeReport report = default;
            EncodeOne(encoder, encoderInput, index, vector, ref report);
        }
    }

    private IEncoder EncoderOf(Collection collection, string name, Modality modality)
    {
        if (collection.Options.Model is not { Length: > 0 } model)
        {
            throw new UserException(
                ExitCode.Data,
                $"Collection '{name}' holds vectors that no model of ours made, so it takes vectors only.");
        }

        ModelManifest manifest = encoders.Manifest(model);
        if (manifest.Fingerprint != collection.Options.Fingerprint)
        {
            throw new UserException(
                ExitCode.Data,
                $"Collection '{name}' was made with another version of {model} (fingerprint "
                + $"{collection.Options.Fingerprint[..12]}, installed {manifest.Fingerprint[..12]}). "
                + "Their vectors do not compare: install that version or index again.");
        }

        if (manifest.Modality != modality)
        {
            throw new UserException(
                ExitCode.Data,
                $"Collection '{name}' holds {Word(manifest.Modality)} vectors of {model}; a {Word(modality)} "
                + $"cannot be compared with them. Ask a collection of {Word(modality)} vectors, e.g. "
                + "one that holds the captions.");
        }

        return encoders.Get(model);
    }

    private CollectionOptions OptionsFor(AddRequest request)
    {
        PointInput first = request.Points[0].Input;
        if (first.Vector is { } vector)
        {
            return request.Model is null
                ? new CollectionOptions
                {
                    Dimension = vector.Length,
                    Metric = Metric.Cosine,
                    Fingerprint = "",
                }
                : OptionsFor(encoders.Manifest(request.Model));
        }

        if (first.Input is not { } input)
        {
            throw new UserException(
                ExitCode.Usage, "A new point is a vector, a text or a picture; a key is not enough.");
        }

        return OptionsFor(encoders.Manifest(request.Model ?? EncoderSet.DefaultModel(input.Modality)));
    }

    private static CollectionOptions OptionsFor(ModelManifest manifest) => new()
    {
        Dimension = manifest.Dimension,
        Metric = Metric.Cosine,
        Fingerprint = manifest.Fingerprint,
        Model = manifest.Name,
    };

    private static void EncodeOne(
        IEncoder encoder, EncoderInput input, int index, Span<float> embedding, ref EncodeReport report)
    {
        try
        {
            encoder.Encode([input], embedding, new Span<EncodeReport>(ref report));
        }
        catch (EncoderInputException e) when (index != e.InputIndex)
        {
            throw new EncoderInputException(e.Message, index, e);
        }
    }

    private static void RequireCount(int count, string what)
    {
        if (count is < 1 or > Limits.BatchItemsMax)
        {
            throw new UserException(
                ExitCode.Usage,
                $"{count} {what} in one request; allowed are 1 to {Limits.BatchItemsMax}. "
                + "Send several requests.");
        }
    }

    private static void RequirePayload(ReadOnlySpan<byte> payload, int index)
    {
        if (payload.Length > Limits.PayloadBytesMax)
        {
            throw new UserException(
                ExitCode.Data,
                $"The payload of point {index} has {payload.Length} bytes; allowed are "
                + $"{Limits.PayloadBytesMax}. Keep large things in a file and its path in the payload.");
        }
    }

    private static JsonElement? ParsePayload(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return null;
        }

        var reader = new Utf8JsonReader(payload);
        return JsonElement.ParseValue(ref reader);
    }

    private static string MetricName(Metric metric) => metric switch
    {
        Metric.Cosine => "cosine",
        Metric.Dot => "dot",
        Metric.Euclid => "euclid",
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "unknown metric"),
    };

    private static string? ModelOrNull(Collection collection) =>
        collection.Options.Model.Length == 0 ? null : collection.Options.Model;

    private static string Named(string model) => model.Length == 0 ? "no model" : $"'{model}'";

    private static string Word(Modality modality) => modality == Modality.Text ? "text" : "picture";
}
