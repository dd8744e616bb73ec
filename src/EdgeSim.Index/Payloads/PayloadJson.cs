using System.Buffers;
using System.Text.Json;
using MessagePack;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// Payloads as JSON. From JSON: numbers written without point and exponent that fit 64 bits are integers,
/// all others doubles. To JSON: times are RFC 3339 texts in UTC, binary data is base64 text, and NaN and the
/// infinities, which JSON cannot say, are null. So JSON, payload, JSON gives the same values; payload, JSON,
/// payload does not give back times, binary data, or whole doubles' type.
/// </summary>
public static class PayloadJson
{
    private const int JsonBytesMax = 4 * IndexLimits.PayloadBytesMax;

    /// <summary>
    /// One JSON object to a payload that passes <see cref="PayloadRules"/>. O(bytes x depth), because
    /// MessagePack states counts before the values; takes at most 10 MiB in between.
    /// </summary>
    /// <exception cref="PayloadException">It is no JSON object, or breaks a rule of payloads.</exception>
    public static void FromJson(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (json.Length > JsonBytesMax)
        {
            throw new PayloadException(
                $"The payload has {json.Length} bytes as JSON; at most {JsonBytesMax} are allowed. "
                + "Store large things elsewhere and their place here.");
        }

        var buffer = new ArrayBufferWriter<byte>(Math.Max(json.Length, 256));
        try
        {
            var options = new JsonReaderOptions { MaxDepth = IndexLimits.PayloadDepthMax };
            var reader = new Utf8JsonReader(json, options);
            var writer = new MessagePackWriter(buffer);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new PayloadException($"A payload is a JSON object, not {Name(reader.TokenType)}.");
            }

            WriteValue(ref reader, ref writer);
            if (reader.Read())
            {
                throw new PayloadException("After the JSON object of a payload nothing may follow.");
            }

            writer.Flush();
        }
        catch (JsonException bad)
        {
            throw new PayloadException($"The payload is no valid JSON: {bad.Message}", bad);
        }
        catch (InvalidOperationException bad)
        {
            // What the reader says of escapes and bytes that are no text.
            throw new PayloadException("The payload is no valid JSON: a text is not valid Unicode.", bad);
        }

        PayloadRules.Check(buffer.WrittenSpan);
        output.Write(buffer.WrittenSpan);
    }

    /// <summary>One JSON object to a payload of its own.</summary>
    /// <exception cref="PayloadException">It is no JSON object, or breaks a rule of payloads.</exception>
    public static byte[] FromJson(ReadOnlySpan<byte> json)
    {
        var output = new ArrayBufferWriter<byte>();
        FromJson(json, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes a payload as one JSON object. O(bytes).</summary>
    /// <exception cref="PayloadException">The bytes break a rule of payloads.</exception>
    public static void ToJson(ReadOnlySpan<byte> payload, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        PayloadRules.Check(payload);
        if (payload.IsEmpty)
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
            return;
        }

        var cursor = new PayloadCursor(payload);
        WriteValue(ref cursor, writer);
    }

    /// <summary>A payload as UTF-8 JSON.</summary>
    /// <exception cref="PayloadException">The bytes break a rule of payloads.</exception>
    public static byte[] ToJson(ReadOnlySpan<byte> payload)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            ToJson(payload, writer);
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteValue(ref Utf8JsonReader reader, ref MessagePackWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteMapHeader(CountChildren(reader));
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    WriteText(ref reader, ref writer);
                    _ = reader.Read();
                    WriteValue(ref reader, ref writer);
                }

                break;
            case JsonTokenType.StartArray:
                writer.WriteArrayHeader(CountChildren(reader));
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    WriteValue(ref reader, ref writer);
                }

                break;
            case JsonTokenType.String:
                WriteText(ref reader, ref writer);
                break;
            case JsonTokenType.Number:
                WriteNumber(ref reader, ref writer);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                writer.Write(reader.GetBoolean());
                break;
            default:
                writer.WriteNil();
                break;
        }
    }

    private static int CountChildren(Utf8JsonReader reader)
    {
        int count = 0;
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            // Skipping a name passes its value too.
            reader.Skip();
            count++;
        }

        return count;
    }

    private static void WriteText(ref Utf8JsonReader reader, ref MessagePackWriter writer)
    {
        int escaped = reader.ValueSpan.Length;
        byte[] borrowed = ArrayPool<byte>.Shared.Rent(Math.Max(escaped, 1));
        try
        {
            writer.WriteString(borrowed.AsSpan(0, reader.CopyString(borrowed)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(borrowed);
        }
    }

    private static void WriteNumber(ref Utf8JsonReader reader, ref MessagePackWriter writer)
    {
        bool isWhole = reader.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0;
        if (isWhole && reader.TryGetInt64(out long number))
        {
            writer.Write(number);
        }
        else if (isWhole && reader.TryGetUInt64(out ulong large))
        {
            writer.Write(large);
        }
        else if (reader.TryGetDouble(out double value) && double.IsFinite(value))
        {
            writer.Write(value);
        }
        else
        {
            throw new PayloadException("A number of the payload is too large for 64 bits.");
        }
    }

    private static void WriteValue(ref PayloadCursor cursor, Utf8JsonWriter writer)
    {
        PayloadToken token = cursor.Read();
        switch (token.Kind)
        {
            case PayloadKind.Map:
                writer.WriteStartObject();
                for (int i = 0; i < token.Count; i++)
                {
                    writer.WritePropertyName(cursor.Read().Bytes);
                    WriteValue(ref cursor, writer);
                }

                writer.WriteEndObject();
                break;
            case PayloadKind.Array:
                writer.WriteStartArray();
                for (int i = 0; i < token.Count; i++)
                {
                    WriteValue(ref cursor, writer);
                }

                writer.WriteEndArray();
                break;
            case PayloadKind.Boolean:
                writer.WriteBooleanValue(token.Number != 0);
                break;
            case PayloadKind.Integer when token.IsHuge:
                writer.WriteNumberValue((ulong)token.Number);
                break;
            case PayloadKind.Integer:
                writer.WriteNumberValue(token.Number);
                break;
            case PayloadKind.Float when double.IsFinite(token.Float):
                writer.WriteNumberValue(token.Float);
                break;
            case PayloadKind.Text:
                writer.WriteStringValue(token.Bytes);
                break;
            case PayloadKind.Binary:
                writer.WriteBase64StringValue(token.Bytes);
                break;
            case PayloadKind.Timestamp:
                writer.WriteStringValue(new DateTime(token.Number, DateTimeKind.Utc));
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static string Name(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };
}
