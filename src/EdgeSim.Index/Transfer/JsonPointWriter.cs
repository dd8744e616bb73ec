using System.Buffers;
using System.Text.Json;
using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Transfer;

/// <summary>Points as a JSON object a line; floats in the shortest digits that give them back.</summary>
internal sealed class JsonPointWriter(TransferFile file, CollectionOptions options) : PointWriter
{
    private readonly ArrayBufferWriter<byte> _line = new(4096);
    private readonly float[] _values = new float[options.Vectors.Max(vector => vector.Dimension)];
    private long _points;

    internal override bool TryWrite(in CollectionReader reader, in Match row)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line))
        {
            json.WriteStartObject();
            if (row.Key.IsUuid)
            {
                json.WriteString("id"u8, row.Key.Uuid);
            }
            else
            {
                json.WriteNumber("id"u8, row.Key.Number);
            }

            WriteVectors(json, reader, row);
            ReadOnlySpan<byte> payload = reader.Payload(row);
            if (!payload.IsEmpty)
            {
                json.WritePropertyName("payload"u8);
                PayloadJson.ToJson(payload, json);
            }

            json.WriteEndObject();
        }

        file.Stream.Write(_line.WrittenSpan);
        file.Stream.WriteByte((byte)'\n');
        _points++;
        return true;
    }

    internal override ExportResult Finish() => new(_points, 0, null, null, file.Finish());

    public override void Dispose() => file.Dispose();

    private void WriteVectors(Utf8JsonWriter json, in CollectionReader reader, in Match row)
    {
        if (options.Vectors is [{ Name.Length: 0 } only])
        {
            WriteVector(json, "vector", reader, row, only);
            return;
        }

        json.WriteStartObject("vector"u8);
        foreach (VectorOptions vector in options.Vectors)
        {
            WriteVector(json, vector.Name, reader, row, vector);
        }

        json.WriteEndObject();
    }

    private void WriteVector(
        Utf8JsonWriter json, string name, in CollectionReader reader, in Match row, VectorOptions vector)
    {
        Span<float> values = _values.AsSpan(0, vector.Dimension);
        if (TryRead(reader, row, vector, values))
        {
            json.WriteStartArray(name);
            foreach (float value in values)
            {
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
        }
    }
}
