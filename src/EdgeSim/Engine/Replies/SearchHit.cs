using System.Text.Json;
using EdgeSim.Index;

namespace EdgeSim.Engine.Replies;

/// <param name="Score">Higher is nearer.</param>
public sealed record SearchHit(Key Key, float Score, JsonElement? Payload);
