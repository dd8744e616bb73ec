using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using EdgeSim.Encoders.Text;

namespace EdgeSim.Transports.Http.Json;

/// <summary>Strings of a request, measured before they are decoded.</summary>
internal static class TextReading
{
    /// <summary>Bytes of the longest escape of one UTF-8 byte: backslash, u, four digits.</summary>
    private const int EscapeBytes = 6;

    /// <summary>A text to encode.</summary>
    public static string ReadText(ref Utf8JsonReader reader) =>
        Read(ref reader, "text", TextLimits.TextBytesMax);

    /// <summary>A name of a model.</summary>
    public static string ReadName(ref Utf8JsonReader reader) =>
        Read(ref reader, "name", Limits.NameBytesMax);

    /// <summary>A picture file in base64: decoded where it lies, so it takes its length once.</summary>
    public static ReadOnlyMemory<byte> ReadBase64(ref Utf8JsonReader reader)
    {
        RequireString(ref reader, "picture in base64");
        byte[] bytes = new byte[LengthOf(ref reader)];
        int length = reader.CopyString(bytes);
        return Base64.DecodeFromUtf8InPlace(bytes.AsSpan(0, length), out int decoded) == OperationStatus.Done
            ? bytes.AsMemory(0, decoded)
            : throw new JsonException("A picture is not base64.");
    }

    private static string Read(ref Utf8JsonReader reader, string what, int bytesMax)
    {
        RequireString(ref reader, what);
        long length = LengthOf(ref reader);
        if (length > (reader.ValueIsEscaped ? (long)bytesMax * EscapeBytes : bytesMax))
        {
            throw new UserException(
                ExitCode.Data,
                $"A {what} has {length} bytes; at most {bytesMax} are taken. Send it in parts.");
        }

        return reader.GetString()!;
    }

    private static void RequireString(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException($"A {what} is expected, not a {reader.TokenType}.");
        }
    }

    private static long LengthOf(ref Utf8JsonReader reader) =>
        reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
}
