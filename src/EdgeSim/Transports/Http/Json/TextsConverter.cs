using System.Text.Json;

namespace EdgeSim.Transports.Http.Json;

/// <summary>Texts of one request, up to <see cref="Limits.BatchItemsMax"/>.</summary>
public sealed class TextsConverter() : BoundedArrayConverter<string>("texts", Limits.BatchItemsMax)
{
    protected override string ReadElement(
        ref Utf8JsonReader reader, int index, JsonSerializerOptions options) =>
        TextReading.ReadText(ref reader);
}
