using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MessagePack;

namespace EdgeSim.Index.Transfer;

/// <summary>Points as MessagePack maps; UUIDs as 16 bytes, vectors as the bytes of their float32.</summary>
internal sealed class MessagePackPointWriter(TransferFile file, CollectionOptions options) : PointWriter
{
    private const int UuidBytes = 16;

    private readonly ArrayBufferWriter<byte> _point = new(4096);
    private readonly float[] _values = new float[options.Vectors.Max(vector => vector.Dimension)];
    private long _points;

    internal override bool TryWrite(in CollectionReader reader, in Match row)
    {
        _point.ResetWrittenCount();
        ReadOnlySpan<byte> payload = reader.Payload(row);
        int vectors = 0;
        foreach (VectorOptions vector in options.Vectors)
        {
            vectors += reader.HasVector(row, vector.Name) ? 1 : 0;
        }

        var writer = new MessagePackWriter(_point);
        writer.WriteMapHeader(1 + (vectors > 0 ? 1 : 0) + (payload.IsEmpty ? 0 : 1));
        writer.WriteString("id"u8);
        WriteKey(ref writer, row.Key);
        if (vectors > 0)
        {
            writer.WriteString("vector"u8);
            WriteVectors(ref writer, reader, row, vectors);
        }

        if (!payload.IsEmpty)
        {
            writer.WriteString("payload"u8);
        }

        writer.Flush();
        _point.Write(payload);
        file.Stream.Write(_point.WrittenSpan);
        _points++;
        return true;
    }

    internal override ExportResult Finish() => new(_points, 0, null, null, file.Finish());

    public override void Dispose() => file.Dispose();

    private void WriteVectors(
        ref MessagePackWriter writer, in CollectionReader reader, in Match row, int count)
    {
        bool isNamed = options.Vectors is not [{ Name.Length: 0 }];
        if (isNamed)
        {
            writer.WriteMapHeader(count);
        }

        foreach (VectorOptions vector in options.Vectors)
        {
            Span<float> values = _values.AsSpan(0, vector.Dimension);
            if (TryRead(reader, row, vector, values))
            {
                if (isNamed)
                {
                    writer.Write(vector.Name);
                }

                writer.Write(MemoryMarshal.AsBytes((ReadOnlySpan<float>)values));
            }
        }
    }

    private static void WriteKey(ref MessagePackWriter writer, Key key)
    {
        if (!key.IsUuid)
        {
            writer.Write(key.Number);
            return;
        }

        writer.WriteBinHeader(UuidBytes);
        Span<byte> uuid = writer.GetSpan(UuidBytes);
        BinaryPrimitives.WriteUInt64BigEndian(uuid, key.High);
        BinaryPrimitives.WriteUInt64BigEndian(uuid[8..], key.Low);
        writer.Advance(UuidBytes);
    }
}
