using System.Text.Json.Serialization;
using EdgeSim.Transports.Http.Json;

namespace EdgeSim.Transports.Http.Bodies;

/// <summary>POST /edgesim/v1/encode: texts or images, not both.</summary>
/// <param name="Model">Null for the default of the modality.</param>
/// <param name="Images">Picture files as base64.</param>
public sealed record EncodeBody(
    [property: JsonConverter(typeof(NameConverter))] string? Model,
    [property: JsonConverter(typeof(TextsConverter))] string[]? Texts,
    [property: JsonConverter(typeof(ImagesConverter))] ReadOnlyMemory<byte>[]? Images);
