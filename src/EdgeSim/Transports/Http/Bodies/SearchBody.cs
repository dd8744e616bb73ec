using System.Text.Json.Serialization;
using EdgeSim.Index;
using EdgeSim.Transports.Http.Json;

namespace EdgeSim.Transports.Http.Bodies;

/// <summary>POST /edgesim/v1/collections/{name}/search; exactly one of vector, text, image and key.</summary>
/// <param name="K">1..<see cref="Limits.KMax"/>; null for <see cref="Limits.KDefault"/>.</param>
/// <param name="Image">A picture file as base64.</param>
public sealed record SearchBody(
    int? K,
    [property: JsonConverter(typeof(VectorConverter))] float[]? Vector,
    [property: JsonConverter(typeof(TextConverter))] string? Text,
    [property: JsonConverter(typeof(ImageConverter))] ReadOnlyMemory<byte>? Image,
    Key? Key,
    float? Recall);
