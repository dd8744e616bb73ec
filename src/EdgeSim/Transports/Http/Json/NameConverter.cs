using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeSim.Transports.Http.Json;

/// <summary>The name of a model: short, because messages repeat it.</summary>
public sealed class NameConverter : JsonConverter<string>
{
    public override string Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TextReading.ReadName(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        throw new NotSupportedException("a request is not written");
}
