using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeSim.Index.Storage;

/// <summary>The content of <c>collection.json</c>, field for field; FORMAT.md says what each means.</summary>
internal sealed record DescriptorDocument
{
    public required int Format { get; init; }

    public required string Id { get; init; }

    public string? Durability { get; init; }

    public IReadOnlyList<VectorDocument>? Vectors { get; init; }

    /// <summary>This and the next three: format 1, which had one vector.</summary>
    public int? Dimension { get; init; }

    public string? Metric { get; init; }

    public string? Fingerprint { get; init; }

    public string? Model { get; init; }

    /// <exception cref="FormatException">A field is missing or unknown.</exception>
    internal CollectionOptions ToOptions()
    {
        if (Format == 1)
        {
            return CollectionOptions.Of(new VectorDocument
            {
                Name = "",
                Dimension = Dimension ?? throw new FormatException("there is no dimension"),
                Metric = Metric ?? "",
                Fingerprint = Fingerprint ?? throw new FormatException("there is no fingerprint"),
                Model = Model ?? throw new FormatException("there is no model"),
            }.ToOptions());
        }

        return new CollectionOptions
        {
            Vectors = [.. (Vectors ?? throw new FormatException("there are no vectors"))
                .Select(vector => vector.ToOptions())],
            Durability = Durability switch
            {
                "always" => Index.Durability.Always,
                "interval" => Index.Durability.Interval,
                "none" => Index.Durability.None,
                _ => throw new FormatException($"durability '{Durability}'"),
            },
        };
    }
}

/// <summary>One vector in <c>collection.json</c>.</summary>
internal sealed record VectorDocument
{
    public required string Name { get; init; }

    public required int Dimension { get; init; }

    public required string Metric { get; init; }

    public required string Fingerprint { get; init; }

    public required string Model { get; init; }

    internal static VectorDocument Of(VectorOptions options) => new()
    {
        Name = options.Name,
        Dimension = options.Dimension,
        Metric = NameOf(options.Metric),
        Fingerprint = options.Fingerprint,
        Model = options.Model,
    };

    internal VectorOptions ToOptions() => new()
    {
        Name = Name,
        Dimension = Dimension,
        Metric = ParseMetric(Metric),
        Fingerprint = Fingerprint,
        Model = Model,
    };

    private static string NameOf(Metric metric) => metric switch
    {
        Index.Metric.Cosine => "cosine",
        Index.Metric.Dot => "dot",
        Index.Metric.Euclid => "euclid",
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Unknown metric."),
    };

    private static Metric ParseMetric(string name) => name switch
    {
        "cosine" => Index.Metric.Cosine,
        "dot" => Index.Metric.Dot,
        "euclid" => Index.Metric.Euclid,
        _ => throw new FormatException($"metric '{name}'"),
    };
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DescriptorDocument))]
internal sealed partial class DescriptorJson : JsonSerializerContext;
