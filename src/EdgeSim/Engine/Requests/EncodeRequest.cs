using EdgeSim.Encoders;

namespace EdgeSim.Engine.Requests;

/// <summary>Turn inputs into embeddings.</summary>
/// <param name="Model">An installed model, or null for the default of the inputs' modality.</param>
/// <param name="Inputs">1..<see cref="Limits.BatchItemsMax"/> inputs of one modality.</param>
public sealed record EncodeRequest(string? Model, IReadOnlyList<EncoderInput> Inputs) : Request;
