using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EdgeSim.Transports.Http.Json;

/// <summary>Points of one request, up to <see cref="Limits.BatchItemsMax"/>.</summary>
public sealed class PointsConverter() : BoundedArrayConverter<PointBody>("points", Limits.BatchItemsMax)
{
    protected override PointBody ReadElement(
        ref Utf8JsonReader reader, int index, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(
            ref reader, (JsonTypeInfo<PointBody>)options.GetTypeInfo(typeof(PointBody)))
        ?? throw new UserException(
            ExitCode.Usage,
            $"points[{index}] is null; an object with a vector, text or image is expected.");
}
