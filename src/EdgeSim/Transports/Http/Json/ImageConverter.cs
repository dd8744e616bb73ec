using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeSim.Transports.Http.Json;

/// <summary>A picture file in base64, or null.</summary>
public sealed class ImageConverter : JsonConverter<ReadOnlyMemory<byte>?>
{
    public override ReadOnlyMemory<byte>? Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TextReading.ReadBase64(ref reader);

    public override void Write(
        Utf8JsonWriter writer, ReadOnlyMemory<byte>? value, JsonSerializerOptions options) =>
        throw new NotSupportedException("a request is not written");
}
