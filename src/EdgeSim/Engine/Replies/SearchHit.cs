using System.Text.Json;

namespace EdgeSim.Engine.Replies;

/// <param name="Score">Higher is nearer.</param>
public sealed record SearchHit(ulong Key, float Score, JsonElement? Payload);
