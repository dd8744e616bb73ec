using System.Text.Json.Serialization;
using EdgeSim.Transports.Http.Json;

namespace EdgeSim.Transports.Http.Bodies;

/// <summary>PUT /edgesim/v1/collections/{name}/points.</summary>
/// <param name="Model">For a new collection; null for the default of the first point.</param>
public sealed record PointsBody(
    [property: JsonConverter(typeof(NameConverter))] string? Model,
    [property: JsonConverter(typeof(PointsConverter))] PointBody[]? Points);
