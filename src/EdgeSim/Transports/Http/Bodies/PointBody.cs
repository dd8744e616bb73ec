using System.Text.Json.Serialization;
using EdgeSim.Index;
using EdgeSim.Transports.Http.Json;

namespace EdgeSim.Transports.Http.Bodies;

/// <summary>A point to store; exactly one of vector, text and image.</summary>
/// <param name="Key">Null: derived from the content.</param>
/// <param name="Image">A picture file as base64.</param>
/// <param name="Payload">A JSON object that comes back with every match, in the bytes it came in.</param>
public sealed record PointBody(
    Key? Key,
    [property: JsonConverter(typeof(VectorConverter))] float[]? Vector,
    [property: JsonConverter(typeof(TextConverter))] string? Text,
    [property: JsonConverter(typeof(ImageConverter))] ReadOnlyMemory<byte>? Image,
    [property: JsonConverter(typeof(PayloadConverter))] byte[]? Payload);
