using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using MessagePack;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The body of a log record: the rows that a batch puts in and takes out, one MessagePack value each. What a
/// request meant (a filter, a change of a payload) is resolved before, so that reading the log back needs
/// nothing but the log: <c>[key]</c> deletes, <c>[key, payload, column, scale, codes, ...]</c> puts, and
/// <c>[kind, path]</c> with a negative kind declares or drops a payload index.
/// </summary>
internal static class LogBody
{
    private const int PutLengthMin = 2;
    private const int VectorFields = 3;
    private const int UuidBytes = 16;

    internal static void Delete(LogBuffer buffer, Key key)
    {
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(1);
        WriteKey(ref writer, key);
        writer.Flush();
    }

    /// <summary>Writes the newest of the fresh rows.</summary>
    internal static void Put(LogBuffer buffer, FreshRows rows, int ordinal, CollectionOptions options)
    {
        int vectors = 0;
        for (int column = 0; column < options.Vectors.Count; column++)
        {
            vectors += rows.VectorOf(column, ordinal) >= 0 ? 1 : 0;
        }

        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(PutLengthMin + (VectorFields * vectors));
        WriteKey(ref writer, rows.Key(ordinal));
        writer.Write(rows.Payload(ordinal));
        for (int column = 0; column < options.Vectors.Count; column++)
        {
            int vector = rows.VectorOf(column, ordinal);
            if (vector >= 0)
            {
                writer.Write(column);
                writer.Write(rows.Column(column).Side(vector).Scale);
                writer.Write(
                    MemoryMarshal.AsBytes(
                        rows.Column(column).Codes(vector, 1)));
            }
        }

        writer.Flush();
    }

    /// <summary>Writes that a payload index is declared, or with kind 0 dropped.</summary>
    internal static void SetField(LogBuffer buffer, int kind, string path)
    {
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(2);
        writer.Write(-1 - kind);
        writer.Write(path);
        writer.Flush();
    }

    /// <summary>Does to a state what a body says.</summary>
    /// <exception cref="FormatException">It is not what <see cref="Put"/> and the others write.</exception>
    internal static void Apply(ReadOnlyMemory<byte> body, WriteState state, CollectionOptions options)
    {
        var reader = new MessagePackReader(body);
        try
        {
            while (!reader.End)
            {
                ApplyOne(ref reader, state, options);
            }
        }
        catch (Exception wrong) when (wrong is MessagePackSerializationException or EndOfStreamException)
        {
            throw new FormatException(wrong.Message, wrong);
        }
    }

    /// <summary>The keys that a body says something about; throws as <see cref="Apply"/>.</summary>
    internal static void AddKeys(ReadOnlyMemory<byte> body, HashSet<Key> keys)
    {
        var reader = new MessagePackReader(body);
        try
        {
            while (!reader.End)
            {
                int length = reader.ReadArrayHeader();
                bool isField = length == 2 && reader.NextMessagePackType == MessagePackType.Integer
                    && reader.NextCode >= MessagePackCode.MinNegativeFixInt;
                if (!isField && length > 0)
                {
                    keys.Add(ReadKey(ref reader));
                    length--;
                }

                for (int i = 0; i < length; i++)
                {
                    reader.Skip();
                }
            }
        }
        catch (Exception wrong) when (wrong is MessagePackSerializationException or EndOfStreamException)
        {
            throw new FormatException(wrong.Message, wrong);
        }
    }

    private static void ApplyOne(ref MessagePackReader reader, WriteState state, CollectionOptions options)
    {
        int length = reader.ReadArrayHeader();
        if (length == 2 && reader.NextMessagePackType == MessagePackType.Integer
            && reader.NextCode >= MessagePackCode.MinNegativeFixInt)
        {
            ApplyField(ref reader, state);
            return;
        }

        Key key = ReadKey(ref reader);
        state.Delete(key);
        if (length == 1)
        {
            return;
        }

        if (length < PutLengthMin || (length - PutLengthMin) % VectorFields != 0)
        {
            throw new FormatException($"an entry has {length} parts");
        }

        ReadOnlySpan<byte> payload = ReadBytes(ref reader);
        if (payload.Length > IndexLimits.PayloadBytesMax)
        {
            throw new FormatException($"a payload has {payload.Length} bytes");
        }

        state.Put(key, payload);
        for (int i = PutLengthMin; i < length; i += VectorFields)
        {
            int column = reader.ReadInt32();
            float scale = reader.ReadSingle();
            ReadOnlySpan<sbyte> codes =
                MemoryMarshal.Cast<byte, sbyte>(ReadBytes(ref reader));
            if ((uint)column >= options.Vectors.Count || codes.Length != options.Vectors[column].Stride)
            {
                throw new FormatException($"vector {column} has {codes.Length} codes");
            }

            state.PutVector(column, codes, SideOf(codes, scale));
        }
    }

    private static void ApplyField(ref MessagePackReader reader, WriteState state)
        => state.SetField(
            -1 - reader.ReadSByte(), reader.ReadString() ?? throw new FormatException("a path is nil"));

    internal static QuantizedRow SideOf(ReadOnlySpan<sbyte> codes, float scale)
    {
        Span<int> sum = stackalloc int[1];
        Span<int> squares = stackalloc int[1];
        VectorKernels.Best.RowSums(codes.Length, codes, sum, squares);
        return new QuantizedRow(scale, squares[0], sum[0]);
    }

    private static ReadOnlySpan<byte> ReadBytes(ref MessagePackReader reader)
        => reader.ReadBytes() is { } bytes
            ? bytes.FirstSpan
            : throw new FormatException("bytes are nil");

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

    private static Key ReadKey(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType == MessagePackType.Integer)
        {
            return reader.ReadUInt64();
        }

        ReadOnlySpan<byte> uuid = ReadBytes(ref reader);
        return uuid.Length == UuidBytes
            ? new Key(
                true,
                BinaryPrimitives.ReadUInt64BigEndian(uuid),
                BinaryPrimitives.ReadUInt64BigEndian(uuid[8..]))
            : throw new FormatException($"a key has {uuid.Length} bytes");
    }
}
