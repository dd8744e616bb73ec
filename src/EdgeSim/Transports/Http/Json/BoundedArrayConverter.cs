using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeSim.Transports.Http.Json;

/// <summary>
/// An array of a request that counts while it reads: what is decoded stays near the size of the body, because
/// no number of tiny elements can become as many objects.
/// </summary>
/// <param name="what">Plural, for the message.</param>
/// <param name="countMax">Elements allowed.</param>
public abstract class BoundedArrayConverter<T>(string what, int countMax) : JsonConverter<T[]>
{
    public override T[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException($"An array of {what} is expected, not a {reader.TokenType}.");
        }

        var elements = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (elements.Count == countMax)
            {
                throw TooMany(what, countMax);
            }

            elements.Add(ReadElement(ref reader, elements.Count, options));
        }

        return [.. elements];
    }

    /// <summary>Requests are only read.</summary>
    public override void Write(Utf8JsonWriter writer, T[] value, JsonSerializerOptions options) =>
        throw new NotSupportedException("a request is not written");

    /// <summary>The element that the reader stands on; leaves it on the element's last token.</summary>
    protected abstract T ReadElement(ref Utf8JsonReader reader, int index, JsonSerializerOptions options);

    private static UserException TooMany(string what, int countMax) => new(
        ExitCode.Usage, $"More than {countMax} {what} in one request; send several requests.");
}
