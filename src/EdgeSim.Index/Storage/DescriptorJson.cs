using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeSim.Index.Storage;

/// <summary>The content of <c>collection.json</c>, field for field; FORMAT.md says what each means.</summary>
internal sealed record DescriptorDocument
{
    public required int Format { get; init; }

    public required string Id { get; init; }

    public required int Dimension { get; init; }

    public required string Metric { get; init; }

    public required string Fingerprint { get; init; }

    public required string Model { get; init; }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DescriptorDocument))]
internal sealed partial class DescriptorJson : JsonSerializerContext;
