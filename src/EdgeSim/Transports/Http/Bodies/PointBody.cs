using System.Text.Json;

namespace EdgeSim.Transports.Http.Bodies;

/// <summary>A point to store; exactly one of vector, text and image.</summary>
/// <param name="Key">Null: derived from the content.</param>
/// <param name="Image">A picture file as base64.</param>
/// <param name="Payload">A JSON object that comes back with every match.</param>
public sealed record PointBody(
    ulong? Key, float[]? Vector, string? Text, byte[]? Image, JsonElement? Payload);
