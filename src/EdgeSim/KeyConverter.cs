using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeSim.Index;

namespace EdgeSim;

/// <summary>
/// A point's key in JSON: a number, or a UUID as text with hyphens, as in the Qdrant dialect.
/// </summary>
public sealed class KeyConverter : JsonConverter<Key>
{
    public override Key Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out ulong number))
        {
            return number;
        }

        if (reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out Guid uuid))
        {
            return uuid;
        }

        throw new UserException(
            ExitCode.Usage,
            $"key is {Shown(ref reader)}; expected is a number from 0 to {ulong.MaxValue} "
            + "or a UUID as text.");
    }

    public override void Write(Utf8JsonWriter writer, Key value, JsonSerializerOptions options)
    {
        if (value.IsUuid)
        {
            writer.WriteStringValue(value.Uuid);
        }
        else
        {
            writer.WriteNumberValue(value.Number);
        }
    }

    private static string Shown(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number => "no whole number of 64 bits without a sign",
        JsonTokenType.String => "no UUID",
        _ => $"a JSON {reader.TokenType}",
    };
}
