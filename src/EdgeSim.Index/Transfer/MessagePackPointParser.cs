using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using EdgeSim.Index.Payloads;
using MessagePack;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// Points as MessagePack maps, one after the other: id a whole number, a UUID as text or its 16 bytes; vector
/// an array of numbers or the bytes of little-endian float32, a map of such by name, or absent; payload a map
/// or absent.
/// </summary>
internal sealed class MessagePackPointParser(string path, Stream input) : PointParser
{
    private const int UuidBytes = 16;

    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private long _number;
    private long _offset;
    private bool _isAtEnd;

    internal override long BytesRead => _offset;

    internal override string Place => $"point {_number}, byte {_offset}";

    internal override bool TryRead(ParsedPoint point)
    {
        int length = Measure();
        if (length == 0)
        {
            return false;
        }

        try
        {
            point.Clear();
            Parse(_buffer.AsMemory(_start, length), point);
        }
        catch (Exception bad) when (
            bad is MessagePackSerializationException or EndOfStreamException or OverflowException)
        {
            throw Wrong($"the value is no MessagePack, or not of the kind it should be: {bad.Message}", bad);
        }

        _start += length;
        _offset += length;
        _number++;
        return true;
    }

    public override void Dispose() => input.Dispose();

    /// <summary>Brings the next value whole into the buffer; 0 at the end of the file.</summary>
    private int Measure()
    {
        while (true)
        {
            int length = LengthOf(_buffer.AsMemory(_start, _end - _start));
            if (length > 0)
            {
                return length <= IndexLimits.PointBytesMax ? length : throw TooLong();
            }

            if (_isAtEnd)
            {
                return _end == _start ? 0 : throw Wrong("the file ends within a point.");
            }

            Fill();
        }
    }

    private int LengthOf(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return 0;
        }

        var reader = new MessagePackReader(bytes);
        try
        {
            reader.Skip();
            return (int)reader.Consumed;
        }
        catch (EndOfStreamException)
        {
            return 0;
        }
        catch (MessagePackSerializationException bad)
        {
            throw Wrong($"the value is no MessagePack: {bad.Message}", bad);
        }
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        if (_end > IndexLimits.PointBytesMax)
        {
            throw TooLong();
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(IndexLimits.PointBytesMax + 1L, 2L * _buffer.Length));
        }

        int read = input.Read(_buffer, _end, _buffer.Length - _end);
        _isAtEnd = read == 0;
        _end += read;
    }

    private void Parse(ReadOnlyMemory<byte> bytes, ParsedPoint point)
    {
        var reader = new MessagePackReader(bytes);
        if (reader.NextMessagePackType != MessagePackType.Map)
        {
            throw Wrong("the value is no map.");
        }

        bool hasId = false;
        bool hasVector = false;
        bool hasPayload = false;
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            string member = ReadName(ref reader);
            switch (member)
            {
                case "id" when !hasId:
                    hasId = true;
                    point.Key = ReadKey(ref reader);
                    break;
                case "vector" when !hasVector:
                    hasVector = true;
                    ReadVectors(ref reader, point);
                    break;
                case "payload" when !hasPayload:
                    hasPayload = true;
                    if (!reader.TryReadNil())
                    {
                        point.Payload.Write(reader.ReadRaw().FirstSpan);
                    }

                    break;
                default:
                    throw Wrong($"the member '{member}' is not taken; {Members}.");
            }
        }

        if (!hasId)
        {
            throw Wrong("the point has no id.");
        }
    }

    private string ReadName(ref MessagePackReader reader)
        => reader.NextMessagePackType == MessagePackType.String
            && reader.TryReadStringSpan(out ReadOnlySpan<byte> name)
            && name.Length <= IndexLimits.NameLengthMax
            ? Encoding.UTF8.GetString(name)
            : throw Wrong($"a key of a map is no text of up to {IndexLimits.NameLengthMax} bytes.");

    private Key ReadKey(ref MessagePackReader reader)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Integer:
                return reader.ReadUInt64();
            case MessagePackType.String when Guid.TryParse(ReadName(ref reader), out Guid uuid):
                return uuid;
            case MessagePackType.Binary:
                ReadOnlySpan<byte> bytes = Bytes(ref reader);
                if (bytes.Length == UuidBytes)
                {
                    return new Key(
                        true,
                        BinaryPrimitives.ReadUInt64BigEndian(bytes),
                        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
                }

                break;
            default:
                break;
        }

        throw Wrong("the id is no whole number, no UUID as text and not the 16 bytes of one.");
    }

    private void ReadVectors(ref MessagePackReader reader, ParsedPoint point)
    {
        if (reader.TryReadNil())
        {
            return;
        }

        if (reader.NextMessagePackType != MessagePackType.Map)
        {
            ReadVector(ref reader, point, "");
            return;
        }

        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            ReadVector(ref reader, point, ReadName(ref reader));
        }
    }

    private void ReadVector(ref MessagePackReader reader, ParsedPoint point, string name)
    {
        bool fits = true;
        if (reader.NextMessagePackType == MessagePackType.Array)
        {
            for (int left = reader.ReadArrayHeader(); left > 0 && fits; left--)
            {
                fits = point.TryAdd(reader.NextMessagePackType == MessagePackType.Integer
                    ? reader.NextCode >= MessagePackCode.MinNegativeFixInt || IsSigned(reader.NextCode)
                        ? reader.ReadInt64()
                        : reader.ReadUInt64()
                    : (float)reader.ReadDouble());
            }
        }
        else if (reader.NextMessagePackType == MessagePackType.Binary)
        {
            ReadOnlySpan<byte> bytes = Bytes(ref reader);
            if (bytes.Length % sizeof(float) != 0)
            {
                throw Wrong($"vector '{name}' has {bytes.Length} bytes, which are no whole float32.");
            }

            for (int i = 0; i < bytes.Length && fits; i += sizeof(float))
            {
                fits = point.TryAdd(BinaryPrimitives.ReadSingleLittleEndian(bytes[i..]));
            }
        }
        else
        {
            throw Wrong($"vector '{name}' is neither an array of numbers nor bytes of float32.");
        }

        if (!fits)
        {
            throw Wrong($"a vector has more than {IndexLimits.DimensionMax} components, the most allowed.");
        }

        if (!point.TryEndVector(name))
        {
            throw Wrong($"vector '{name}' comes twice, or there are more than {IndexLimits.VectorsMax}.");
        }
    }

    private static bool IsSigned(byte code) => code is >= MessagePackCode.Int8 and <= MessagePackCode.Int64;

    private static ReadOnlySpan<byte> Bytes(ref MessagePackReader reader)
        => reader.ReadBytes() is { } bytes ? bytes.FirstSpan : default;

    private TransferException TooLong()
        => Wrong($"the point has more than {IndexLimits.PointBytesMax} bytes, the most allowed.");

    private TransferException Wrong(string what, Exception? inner = null) => new(path, Place, what, inner);
}
