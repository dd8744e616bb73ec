using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeSim.Transports.Http.Json;

/// <summary>A text to encode, up to the encoder's own limit.</summary>
public sealed class TextConverter : JsonConverter<string>
{
    public override string Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TextReading.ReadText(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        throw new NotSupportedException("a request is not written");
}
