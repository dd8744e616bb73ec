using System.Text.Json;

namespace EdgeSim.Transports.Http.Json;

/// <summary>Pictures in base64 of one request, up to <see cref="Limits.BatchItemsMax"/>.</summary>
public sealed class ImagesConverter()
    : BoundedArrayConverter<ReadOnlyMemory<byte>>("images", Limits.BatchItemsMax)
{
    protected override ReadOnlyMemory<byte> ReadElement(
        ref Utf8JsonReader reader, int index, JsonSerializerOptions options) =>
        TextReading.ReadBase64(ref reader);
}
