using System.Text.Json;

namespace EdgeSim.Engine;

/// <summary>What the engine answers. The same records are the JSON of HTTP and of <c>--json</c>.</summary>
public abstract record Reply;

/// <param name="Model">The model that made the embeddings.</param>
/// <param name="Fingerprint">Vectors of two fingerprints never compare.</param>
/// <param name="Milliseconds">All inputs together.</param>
public sealed record EncodeReply(
    string Model, string Fingerprint, int Dimension, IReadOnlyList<EncodedItem> Items, double Milliseconds) : Reply;

/// <summary>One embedding and what its input was.</summary>
/// <param name="Tokens">Texts only.</param>
/// <param name="TokensDropped">Texts only; above 0 the text was longer than the model reads.</param>
/// <param name="Width">Pictures only, pixels.</param>
/// <param name="Height">Pictures only, pixels.</param>
public sealed record EncodedItem(
    float[] Embedding, double Milliseconds, int? Tokens = null, int? TokensDropped = null, int? Width = null, int? Height = null);

/// <param name="Keys">One a point, in order, refused ones included.</param>
/// <param name="Points">Points in the collection now.</param>
/// <param name="Durable">Always true so far: the reply comes after the disk has it.</param>
/// <param name="Refused">Points that were left out because the request allowed it; null when there are none.</param>
public sealed record AddReply(
    string Collection,
    IReadOnlyList<ulong> Keys,
    long Points,
    bool Durable,
    double EncodeMs,
    double CommitMs,
    IReadOnlyList<RefusedPoint>? Refused = null) : Reply;

/// <param name="Index">Position in the request.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record RefusedPoint(int Index, string Reason);

/// <param name="Metric">What a score is: cosine and dot as they are; euclid is the negated distance.</param>
/// <param name="Complete">False would mean that rows were left out; an exact scan never leaves one out.</param>
public sealed record SearchReply(
    string Collection,
    string Metric,
    string? Model,
    IReadOnlyList<SearchHit> Matches,
    string Strategy,
    string Kernel,
    long RowsScanned,
    long RowsRescored,
    long BytesRead,
    bool Complete,
    double EncodeMs,
    double SearchMs) : Reply;

/// <param name="Score">Higher is nearer.</param>
public sealed record SearchHit(ulong Key, float Score, JsonElement? Payload);

public sealed record CollectionsReply(IReadOnlyList<CollectionItem> Collections) : Reply;

/// <param name="Segments">Files that hold the rows.</param>
/// <param name="Bytes">On disk.</param>
public sealed record CollectionItem(
    string Name, int Dimension, string Metric, string? Model, string Fingerprint, long Points, int Segments, long Bytes);
