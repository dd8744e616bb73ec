using System.Text.Json;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// A point a line: <c>{"id": 7, "vector": [1, 2], "payload": {}}</c>, where id is a number or a UUID as text,
/// vector an array, an object of arrays by name, or absent, and payload an object or absent; blank lines are
/// passed over.
/// </summary>
internal sealed class JsonPointParser(string path, Stream input) : PointParser
{
    private const int VectorsDepth = 3;

    private readonly LineReader _lines = new(path, input, IndexLimits.PointBytesMax);

    internal override long BytesRead => _lines.BytesRead;

    internal override string Place => $"line {_lines.Number}";

    internal override bool TryRead(ParsedPoint point)
    {
        while (_lines.TryRead(out ReadOnlySpan<byte> line))
        {
            if (!line.Trim(" \t\r"u8).IsEmpty)
            {
                Parse(line, point);
                return true;
            }
        }

        return false;
    }

    public override void Dispose() => _lines.Dispose();

    private void Parse(ReadOnlySpan<byte> line, ParsedPoint point)
    {
        try
        {
            point.Clear();
            ParseMembers(line, point);
        }
        catch (JsonException bad)
        {
            throw Wrong($"the line is no JSON: {bad.Message}", bad);
        }
        catch (Exception bad) when (bad is InvalidOperationException or PayloadException)
        {
            throw Wrong(bad is PayloadException ? bad.Message : "a text is not valid Unicode.", bad);
        }
    }

    private void ParseMembers(ReadOnlySpan<byte> line, ParsedPoint point)
    {
        var reader = new Utf8JsonReader(
            line, new JsonReaderOptions { MaxDepth = VectorsDepth + IndexLimits.PayloadDepthMax });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw Wrong("the line is no JSON object.");
        }

        bool hasId = false;
        bool hasVector = false;
        bool hasPayload = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!hasId && reader.ValueTextEquals("id"u8))
            {
                hasId = true;
                reader.Read();
                point.Key = ReadKey(ref reader);
            }
            else if (!hasVector && reader.ValueTextEquals("vector"u8))
            {
                hasVector = true;
                reader.Read();
                ReadVectors(ref reader, point);
            }
            else if (!hasPayload && reader.ValueTextEquals("payload"u8))
            {
                hasPayload = true;
                reader.Read();
                ReadPayload(ref reader, line, point);
            }
            else
            {
                throw Wrong($"the member '{Shown(reader.GetString())}' is not taken; {Members}.");
            }
        }

        // A reader that is given a whole line and has no more tokens has checked that nothing follows.
        if (reader.Read() || !hasId)
        {
            throw Wrong("the point has no id.");
        }
    }

    private Key ReadKey(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out ulong number))
        {
            return number;
        }

        // Of an escaped text only what is short is asked for.
        return reader.TokenType == JsonTokenType.String
            && Guid.TryParse(Shown(reader.GetString()), out Guid uuid)
            ? uuid
            : throw Wrong($"the id is no number from 0 to {ulong.MaxValue} and no UUID as text.");
    }

    private void ReadVectors(ref Utf8JsonReader reader, ParsedPoint point)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return;
            case JsonTokenType.StartArray:
                ReadVector(ref reader, point, "");
                return;
            case JsonTokenType.StartObject:
                break;
            default:
                throw Wrong("vector is neither an array of numbers nor an object of such arrays.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                throw Wrong($"vector '{Shown(name)}' is no array of numbers.");
            }

            ReadVector(ref reader, point, name);
        }
    }

    private void ReadVector(ref Utf8JsonReader reader, ParsedPoint point, string name)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // What is too large becomes infinite and is refused with its place when it is stored.
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetSingle(out float value))
            {
                throw Wrong($"vector '{Shown(name)}' holds something that is no number.");
            }

            if (!point.TryAdd(value))
            {
                throw Wrong(
                    $"a vector has more than {IndexLimits.DimensionMax} components, the most allowed.");
            }
        }

        if (!point.TryEndVector(name))
        {
            throw Wrong(
                $"vector '{Shown(name)}' comes twice, or there are more than {IndexLimits.VectorsMax}.");
        }
    }

    private void ReadPayload(ref Utf8JsonReader reader, ReadOnlySpan<byte> line, ParsedPoint point)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        int start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject || !reader.TrySkip())
        {
            throw Wrong("payload is no object.");
        }

        ReadOnlySpan<byte> json = line[start..(int)reader.BytesConsumed];
        if (!json[1..^1].Trim(" \t\r"u8).IsEmpty)
        {
            PayloadJson.FromJson(json, point.Payload);
        }
    }

    private static string Shown(string? text) => text is { Length: > 100 } ? text[..100] : text ?? "";

    private TransferException Wrong(string what, Exception? inner = null) => new(path, Place, what, inner);
}
