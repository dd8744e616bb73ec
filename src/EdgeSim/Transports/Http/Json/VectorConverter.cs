using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeSim.Transports.Http.Json;

/// <summary>A vector, up to <see cref="Limits.DimensionMax"/> numbers.</summary>
public sealed class VectorConverter : JsonConverter<float[]>
{
    public override float[] Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException($"A vector is an array of numbers, not a {reader.TokenType}.");
        }

        // Counted first, so that the array has its right size and an oversized one is never made.
        Utf8JsonReader ahead = reader;
        int count = 0;
        while (ahead.Read() && ahead.TokenType != JsonTokenType.EndArray)
        {
            if (ahead.TokenType != JsonTokenType.Number)
            {
                throw new JsonException(
                    $"Number {count} of a vector is a {ahead.TokenType}; a vector is an array of numbers.");
            }

            if (++count > Limits.DimensionMax)
            {
                throw new UserException(
                    ExitCode.Data,
                    $"A vector has more than {Limits.DimensionMax} numbers, which is the limit.");
            }
        }

        var vector = new float[count];
        for (int i = 0; i < count; i++)
        {
            reader.Read();
            vector[i] = reader.GetSingle();
        }

        reader.Read();
        return vector;
    }

    public override void Write(Utf8JsonWriter writer, float[] value, JsonSerializerOptions options) =>
        throw new NotSupportedException("a request is not written");
}
