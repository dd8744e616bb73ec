using System.Text.Json;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Engine;

/// <summary>
/// What may be stored beside a vector: a JSON object outside, a MessagePack map inside. What passes here can
/// be written into a reply again: otherwise one string of broken UTF-8 would fail every search that finds it.
/// </summary>
public static class PointPayload
{
    /// <param name="payload">
    /// A JSON object in UTF-8, or empty; at most <see cref="Limits.PayloadBytesMax"/>.
    /// </param>
    /// <param name="index">Which point of the request, for the message.</param>
    /// <returns>The same as a MessagePack map; empty for nothing.</returns>
    /// <exception cref="UserException">Too long, not an object, or with a string that is no text.</exception>
    public static byte[] Pack(ReadOnlySpan<byte> payload, int index)
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
            return payload.IsEmpty ? [] : PayloadJson.FromJson(payload);
        }
        catch (PayloadException e)
        {
            throw new UserException(
                ExitCode.Data, $"The payload of point {index} is not a JSON object of text: {e.Message}", e);
        }
    }

    /// <summary>A stored payload as JSON; null for nothing.</summary>
    public static JsonElement? Read(ReadOnlySpan<byte> stored)
    {
        if (stored.IsEmpty)
        {
            return null;
        }

        // Collections of format 1 hold payloads as the JSON that was sent; no MessagePack map begins with {.
        var reader = new Utf8JsonReader(stored[0] == '{' ? stored : PayloadJson.ToJson(stored));
        return JsonElement.ParseValue(ref reader);
    }
}
