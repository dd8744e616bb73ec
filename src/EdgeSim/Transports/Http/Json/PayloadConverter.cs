using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeSim.Transports.Http.Json;

/// <summary>
/// A payload as the bytes it was sent in. It is measured before it is taken apart: sixteen kilobytes of
/// numbers become a hundred as elements, eight megabytes would become fifty.
/// </summary>
public sealed class PayloadConverter : JsonConverter<byte[]>
{
    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new UserException(
                ExitCode.Usage, $"payload is a JSON {reader.TokenType}; it must be an object.");
        }

        Utf8JsonReader ahead = reader;
        ahead.Skip();
        long bytes = ahead.BytesConsumed - reader.TokenStartIndex;
        if (bytes > Limits.PayloadBytesMax)
        {
            throw new UserException(
                ExitCode.Data,
                $"A payload has {bytes} bytes; allowed are {Limits.PayloadBytesMax}. "
                + "Keep large things in a file and its path in the payload.");
        }

        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray();
    }

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
        throw new NotSupportedException("a request is not written");
}
