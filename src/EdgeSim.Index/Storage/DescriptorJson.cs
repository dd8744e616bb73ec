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

    /// <summary>Absent in collections made before there was a choice.</summary>
    public string? Index { get; init; }

    public float? Recall { get; init; }

    internal static VectorDocument Of(VectorOptions options) => new()
    {
        Name = options.Name,
        Dimension = options.Dimension,
        Metric = NameOf(options.Metric),
        Fingerprint = options.Fingerprint,
        Model = options.Model,
        Index = NameOf(options.Index.Kind),
        Recall = options.Index.Recall,
    };

    internal VectorOptions ToOptions() => new()
    {
        Name = Name,
        Dimension = Dimension,
        Metric = ParseMetric(Metric),
        Fingerprint = Fingerprint,
        Model = Model,
        Index = new IndexOptions
        {
            Kind = Index is null ? IndexKind.Auto : ParseKind(Index),
            Recall = Recall ?? IndexOptions.Default.Recall,
        },
    };

    private static string NameOf(IndexKind kind) => kind.ToString().ToLowerInvariant();

    private static IndexKind ParseKind(string name)
    {
        foreach (IndexKind kind in Enum.GetValues<IndexKind>())
        {
            if (NameOf(kind) == name)
            {
                return kind;
            }
        }

        throw new FormatException($"index '{name}'");
    }

    private static string NameOf(Metric metric) => metric switch
    {
        EdgeSim.Index.Metric.Cosine => "cosine",
        EdgeSim.Index.Metric.Dot => "dot",
        EdgeSim.Index.Metric.Euclid => "euclid",
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Unknown metric."),
    };

    private static Metric ParseMetric(string name) => name switch
    {
        "cosine" => EdgeSim.Index.Metric.Cosine,
        "dot" => EdgeSim.Index.Metric.Dot,
        "euclid" => EdgeSim.Index.Metric.Euclid,
        _ => throw new FormatException($"metric '{name}'"),
    };
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DescriptorDocument))]
internal sealed partial class DescriptorJson : JsonSerializerContext;
