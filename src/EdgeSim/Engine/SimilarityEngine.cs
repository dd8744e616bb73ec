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
public sealed partial class SimilarityEngine : IDisposable
{
    private readonly EncoderSet encoders;
    private readonly CollectionSet collections;
    private readonly SearchScratch scratch = new();
    private readonly Match[] matches = new Match[Limits.KMax];
    private readonly float[] query = new float[Limits.DimensionMax];

    public SimilarityEngine(ProgramOptions options)
    {
        var models = new ModelStore(options.ModelsFolder);
        var budget = new MemoryBudget(
            options.RamBytes, models.Installed().Select(model => model.Manifest), serving: true);
        encoders = new EncoderSet(models, options.Threads);
        collections = new CollectionSet(options.CollectionsFolder, budget.MappedBytes);
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

    /// <summary>Whether there is a collection of this name.</summary>
    public bool Exists(string collection) => collections.Exists(collection);

    /// <summary>
    /// True when the point is stored already; used by <c>index</c> to skip what has not changed.
    /// </summary>
    public bool TryGetPayload(string collection, Key key, out JsonElement? payload)
    {
        payload = null;
        if (!collections.Exists(collection))
        {
            return false;
        }

        using CollectionReader reader = collections.Get(collection).Read();
        if (!reader.TryGet(key, out Match match))
        {
            return false;
        }

        payload = PointPayload.Read(reader.Payload(match));
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
        ModelManifest manifest = encoders.Asked(request.Model, request.Inputs[0].Modality);
        for (int i = 0; i < request.Inputs.Count; i++)
        {
            if (request.Inputs[i].Modality != manifest.Modality)
            {
                throw new UserException(
                    ExitCode.Data,
                    $"Input {i} is a {Word(request.Inputs[i].Modality)}; {manifest.Name} takes a "
                    + $"{Word(manifest.Modality)}.");
            }
        }

        IEncoder encoder = encoders.Get(manifest.Name);
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

    private SearchReply Search(SearchRequest request)
    {
        if (request.K is < 1 or > Limits.KMax)
        {
            throw new UserException(ExitCode.Usage, $"k is {request.K}; allowed are 1 to {Limits.KMax}.");
        }

        if (request.Recall is { } share && share is not (> 0f and <= 1f))
        {
            throw new UserException(
                ExitCode.Usage, $"recall is {share}; allowed are more than 0 and at most 1.");
        }

        Collection collection = collections.Get(request.Collection);
        VectorOptions options = collection.Options.Default;
        using CollectionReader reader = collection.Read();
        Span<float> vector = query.AsSpan(0, options.Dimension);
        long start = Stopwatch.GetTimestamp();
        if (request.Query.Key is { } key)
        {
            CopyStored(reader, request.Collection, key, vector);
        }
        else
        {
            Resolve(options, request.Collection, request.Query, 0, vector);
        }

        double encodeMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

        start = Stopwatch.GetTimestamp();
        SearchStatistics statistics = reader.Search(
            vector,
            request.Recall is { } recall ? new SearchOptions { Recall = recall } : SearchOptions.Default,
            scratch,
            matches.AsSpan(0, request.K));
        double searchMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

        var hits = new SearchHit[statistics.MatchCount];
        for (int i = 0; i < hits.Length; i++)
        {
            hits[i] = new SearchHit(
                matches[i].Key, matches[i].Score, PointPayload.Read(reader.Payload(matches[i])));
        }

        return new SearchReply(
            request.Collection,
            MetricName(options.Metric),
            ModelOrNull(options),
            hits,
            SearchStrategies.NameOf(statistics.Strategy),
            VectorKernels.Best.Name,
            statistics.RowsScanned,
            statistics.RowsRescored,
            statistics.BytesRead,
            statistics.Complete,
            encodeMs,
            searchMs);
    }

    private CollectionsReply List(CollectionsRequest request) => new(
        request.Collection is { } one
            ? [Item(one, collections.Describe(one))]
            : [.. collections.Names().Select(ItemOrError)]);

    /// <summary>One collection that cannot be read must not hide the others.</summary>
    private CollectionItem ItemOrError(string name)
    {
        try
        {
            return Item(name, collections.Describe(name));
        }
        catch (Exception e) when (e is IndexException or UserException)
        {
            return new CollectionItem(name, Error: e.Message);
        }
    }

    private static CollectionItem Item(string name, CollectionSummary summary) => new(
        name,
        summary.Options.Default.Dimension,
        MetricName(summary.Options.Default.Metric),
        ModelOrNull(summary.Options.Default),
        summary.Options.Default.Fingerprint,
        summary.Count,
        summary.Segments,
        summary.Bytes);

    private static void CopyStored(CollectionReader reader, string name, Key key, Span<float> vector)
    {
        if (!reader.TryGet(key, out Match match))
        {
            throw new UserException(ExitCode.NoInput, $"Collection '{name}' has no point with key {key}.");
        }

        if (!reader.TryCopyVector(match, vector))
        {
            throw new UserException(ExitCode.NoInput, $"Point {key} of collection '{name}' has no vector.");
        }
    }

    /// <summary>Writes the vector that a vector, a text or a picture stands for.</summary>
    /// <param name="options">Of the collection, or of the one that is going to be made.</param>
    private void Resolve(
        VectorOptions options, string name, in PointInput input, int index, Span<float> vector)
    {
        if (input.Vector is { } given)
        {
            if (given.Length != vector.Length)
            {
                throw new UserException(
                    ExitCode.Data,
                    $"Vector {index} has {given.Length} numbers; collection '{name}' holds vectors of "
                    + $"{vector.Length}.");
            }

            given.CopyTo(vector);
        }
        else
        {
            EncoderInput encoderInput = input.Input!.Value;
            IEncoder encoder = EncoderOf(options, name, encoderInput.Modality);
            EncodeReport report = default;
            EncodeOne(encoder, encoderInput, index, vector, ref report);
        }
    }

    private IEncoder EncoderOf(VectorOptions options, string name, Modality modality)
    {
        if (options.Model is not { Length: > 0 } model)
        {
            throw new UserException(
                ExitCode.Data,
                $"Collection '{name}' holds vectors that no model of ours made, so it takes vectors only.");
        }

        ModelManifest manifest = encoders.Manifest(model);
        if (manifest.Fingerprint != options.Fingerprint)
        {
            throw new UserException(
                ExitCode.Data,
                $"Collection '{name}' was made with another version of {model} (fingerprint "
                + $"{options.Fingerprint[..12]}, installed {manifest.Fingerprint[..12]}). "
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

    private static string MetricName(Metric metric) => metric switch
    {
        Metric.Cosine => "cosine",
        Metric.Dot => "dot",
        Metric.Euclid => "euclid",
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "unknown metric"),
    };

    private static string? ModelOrNull(VectorOptions options) =>
        options.Model.Length == 0 ? null : options.Model;

    private static string Named(string model) => model.Length == 0 ? "no model" : $"'{model}'";

    private static string Word(Modality modality) => modality == Modality.Text ? "text" : "picture";
}
