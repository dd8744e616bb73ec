using EdgeSim.Encoders;

namespace EdgeSim.Engine;

/// <summary>What a transport or command asks of the engine. One hierarchy, so that all of them share one path.</summary>
public abstract record Request;

/// <summary>Turn inputs into embeddings.</summary>
/// <param name="Model">An installed model, or null for the default of the inputs' modality.</param>
/// <param name="Inputs">1..<see cref="Limits.BatchItemsMax"/> inputs of one modality.</param>
public sealed record EncodeRequest(string? Model, IReadOnlyList<EncoderInput> Inputs) : Request;

/// <summary>Encode and store points; durable when the reply comes.</summary>
/// <param name="Collection">Created when it is not there.</param>
/// <param name="Model">For a new collection: its model, or null for the default of the first point.</param>
/// <param name="Points">1..<see cref="Limits.BatchItemsMax"/>; a key that is there already is replaced.</param>
/// <param name="SkipRefused">
/// False: one refused input refuses the whole request. True: the refused ones are left out and listed in the reply.
/// </param>
public sealed record AddRequest(
    string Collection, string? Model, IReadOnlyList<NewPoint> Points, bool SkipRefused = false) : Request;

/// <summary>The nearest neighbours of a vector, a text, a picture or a stored point.</summary>
/// <param name="K">1..<see cref="Limits.KMax"/>.</param>
public sealed record SearchRequest(string Collection, PointInput Query, int K) : Request;

/// <summary>What collections there are, or one of them.</summary>
/// <param name="Collection">A name, or null for all.</param>
public sealed record CollectionsRequest(string? Collection) : Request;
