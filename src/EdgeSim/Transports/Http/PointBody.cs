using System.Text.Json;

namespace EdgeSim.Transports.Http;

/// <summary>A point to store; exactly one of vector, text and image.</summary>
/// <param name="Key">Null: derived from the content.</param>
/// <param name="Image">A picture file as base64.</param>
/// <param name="Payload">A JSON object that comes back with every match.</param>
public sealed record PointBody(ulong? Key, float[]? Vector, string? Text, byte[]? Image, JsonElement? Payload);

/// <summary>PUT /edgesim/v1/collections/{name}/points.</summary>
/// <param name="Model">For a new collection; null for the default of the first point.</param>
public sealed record PointsBody(string? Model, PointBody[]? Points);
