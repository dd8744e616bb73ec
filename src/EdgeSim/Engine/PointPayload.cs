using System.Text.Json;

namespace EdgeSim.Engine;

/// <summary>
/// What may be stored beside a vector: a JSON object that can be written into a reply again. Without this
/// check one string of broken UTF-8 or half a surrogate pair would fail every search that finds it.
/// </summary>
public static class PointPayload
{
    /// <param name="payload">
    /// A JSON object in UTF-8, or empty; at most <see cref="Limits.PayloadBytesMax"/>.
    /// </param>
    /// <param name="index">Which point of the request, for the message.</param>
    /// <exception cref="UserException">Too long, not an object, or with a string that is no text.</exception>
    public static void Require(ReadOnlySpan<byte> payload, int index)
    {
        if (payload.Length > Limits.PayloadBytesMax)
        {
            throw new UserException(
                ExitCode.Data,
                $"The payload of point {index} has {payload.Length} bytes; allowed are "
                + $"{Limits.PayloadBytesMax}. Keep large things in a file and its path in the payload.");
        }

        try
        {
            RequireText(payload);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UserException(
                ExitCode.Data, $"The payload of point {index} is not a JSON object of text: {e.Message}", e);
        }
    }

    private static void RequireText(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return;
        }

        var reader = new Utf8JsonReader(payload);
        Span<byte> text = stackalloc byte[payload.Length];
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"it is a {reader.TokenType}.");
        }

        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                // Throws where the bytes are not UTF-8 or an escape is half a character.
                reader.CopyString(text);
            }
        }
    }
}
