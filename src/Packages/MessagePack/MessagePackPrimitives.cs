using System.Buffers.Binary;

namespace MessagePack;

/// <summary>
/// One value, or the header of one, to or from a span. The shortest format is written; false, and the bytes
/// it would have taken, where the span is too short.
/// </summary>
public static partial class MessagePackPrimitives
{
    private const long SecondsMin = -62_135_596_800;
    private const long SecondsMax = 253_402_300_799;
    private const uint NanosecondsEnd = 1_000_000_000;
    private const int NanosecondsPerTick = 100;

    /// <summary>nil.</summary>
    public static bool TryWriteNil(Span<byte> destination, out int bytesWritten)
        => One(destination, MessagePackCode.Nil, out bytesWritten);

    /// <summary>true or false.</summary>
    public static bool TryWrite(Span<byte> destination, bool value, out int bytesWritten)
        => One(destination, value ? MessagePackCode.True : MessagePackCode.False, out bytesWritten);

    /// <summary>The shortest integer.</summary>
    public static bool TryWrite(Span<byte> destination, ulong value, out int bytesWritten) => value switch
    {
        <= MessagePackCode.MaxFixInt => One(destination, (byte)value, out bytesWritten),
        <= byte.MaxValue => TryWriteUInt8(destination, (byte)value, out bytesWritten),
        <= ushort.MaxValue => TryWriteUInt16(destination, (ushort)value, out bytesWritten),
        <= uint.MaxValue => TryWriteUInt32(destination, (uint)value, out bytesWritten),
        _ => TryWriteUInt64(destination, value, out bytesWritten),
    };

    /// <summary>The shortest integer; unsigned formats for what is not negative.</summary>
    public static bool TryWrite(Span<byte> destination, long value, out int bytesWritten) => value switch
    {
        >= 0 => TryWrite(destination, (ulong)value, out bytesWritten),
        >= -32 => One(destination, (byte)value, out bytesWritten),
        >= sbyte.MinValue => TryWriteInt8(destination, (sbyte)value, out bytesWritten),
        >= short.MinValue => TryWriteInt16(destination, (short)value, out bytesWritten),
        >= int.MinValue => TryWriteInt32(destination, (int)value, out bytesWritten),
        _ => TryWriteInt64(destination, value, out bytesWritten),
    };

    /// <summary>uint 8.</summary>
    public static bool TryWriteUInt8(Span<byte> destination, byte value, out int bytesWritten)
        => Number(destination, MessagePackCode.UInt8, value, sizeof(byte), out bytesWritten);

    /// <summary>uint 16.</summary>
    public static bool TryWriteUInt16(Span<byte> destination, ushort value, out int bytesWritten)
        => Number(destination, MessagePackCode.UInt16, value, sizeof(ushort), out bytesWritten);

    /// <summary>uint 32.</summary>
    public static bool TryWriteUInt32(Span<byte> destination, uint value, out int bytesWritten)
        => Number(destination, MessagePackCode.UInt32, value, sizeof(uint), out bytesWritten);

    /// <summary>uint 64.</summary>
    public static bool TryWriteUInt64(Span<byte> destination, ulong value, out int bytesWritten)
        => Number(destination, MessagePackCode.UInt64, value, sizeof(ulong), out bytesWritten);

    /// <summary>int 8.</summary>
    public static bool TryWriteInt8(Span<byte> destination, sbyte value, out int bytesWritten)
        => Number(destination, MessagePackCode.Int8, (ulong)value, sizeof(sbyte), out bytesWritten);

    /// <summary>int 16.</summary>
    public static bool TryWriteInt16(Span<byte> destination, short value, out int bytesWritten)
        => Number(destination, MessagePackCode.Int16, (ulong)value, sizeof(short), out bytesWritten);

    /// <summary>int 32.</summary>
    public static bool TryWriteInt32(Span<byte> destination, int value, out int bytesWritten)
        => Number(destination, MessagePackCode.Int32, (ulong)value, sizeof(int), out bytesWritten);

    /// <summary>int 64.</summary>
    public static bool TryWriteInt64(Span<byte> destination, long value, out int bytesWritten)
        => Number(destination, MessagePackCode.Int64, (ulong)value, sizeof(long), out bytesWritten);

    /// <summary>float 32.</summary>
    public static bool TryWrite(Span<byte> destination, float value, out int bytesWritten)
        => Number(
            destination,
            MessagePackCode.Float32,
            BitConverter.SingleToUInt32Bits(value),
            sizeof(float),
            out bytesWritten);

    /// <summary>float 64.</summary>
    public static bool TryWrite(Span<byte> destination, double value, out int bytesWritten)
        => Number(
            destination,
            MessagePackCode.Float64,
            BitConverter.DoubleToUInt64Bits(value),
            sizeof(double),
            out bytesWritten);

    /// <summary>The header of an array.</summary>
    public static bool TryWriteArrayHeader(Span<byte> destination, uint count, out int bytesWritten)
        => count <= 15
            ? One(destination, (byte)(MessagePackCode.MinFixArray | count), out bytesWritten)
            : Length(destination, 0, MessagePackCode.Array16, count, out bytesWritten);

    /// <summary>The header of a map.</summary>
    public static bool TryWriteMapHeader(Span<byte> destination, uint count, out int bytesWritten)
        => count <= 15
            ? One(destination, (byte)(MessagePackCode.MinFixMap | count), out bytesWritten)
            : Length(destination, 0, MessagePackCode.Map16, count, out bytesWritten);

    /// <summary>The header of bytes.</summary>
    public static bool TryWriteBinHeader(Span<byte> destination, uint length, out int bytesWritten)
        => Length(destination, MessagePackCode.Bin8, MessagePackCode.Bin16, length, out bytesWritten);

    /// <summary>The header of a text of so many bytes.</summary>
    public static bool TryWriteStringHeader(Span<byte> destination, uint byteCount, out int bytesWritten)
        => byteCount <= 31
            ? One(destination, (byte)(MessagePackCode.MinFixStr | byteCount), out bytesWritten)
            : Length(destination, MessagePackCode.Str8, MessagePackCode.Str16, byteCount, out bytesWritten);

    /// <summary>The header of an extension.</summary>
    public static bool TryWriteExtensionFormatHeader(
        Span<byte> destination, ExtensionHeader extensionHeader, out int bytesWritten)
    {
        byte type = (byte)extensionHeader.TypeCode;
        byte code = extensionHeader.Length switch
        {
            1 => MessagePackCode.FixExt1,
            2 => MessagePackCode.FixExt2,
            4 => MessagePackCode.FixExt4,
            8 => MessagePackCode.FixExt8,
            16 => MessagePackCode.FixExt16,
            _ => 0,
        };
        bool fits = code != 0
            ? One(destination, code, out bytesWritten)
            : Length(
                destination,
                MessagePackCode.Ext8,
                MessagePackCode.Ext16,
                extensionHeader.Length,
                out bytesWritten);
        if (fits && destination.Length > bytesWritten)
        {
            destination[bytesWritten++] = type;
            return true;
        }

        bytesWritten++;
        return false;
    }

    /// <summary>
    /// The shortest timestamp. A local time becomes UTC; one of unknown kind is taken as UTC.
    /// </summary>
    public static bool TryWrite(Span<byte> destination, DateTime value, out int bytesWritten)
    {
        long ticks = (value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value).Ticks;
        long seconds = (ticks / TimeSpan.TicksPerSecond) + SecondsMin;
        ulong nanoseconds = (ulong)(ticks % TimeSpan.TicksPerSecond) * NanosecondsPerTick;
        bool isShort = seconds >> 34 == 0;
        int length = !isShort ? 12 : nanoseconds == 0 && seconds <= uint.MaxValue ? 4 : 8;
        var header = new ExtensionHeader(ReservedMessagePackExtensionTypeCode.DateTime, length);
        if (!TryWriteExtensionFormatHeader(destination, header, out bytesWritten)
            || destination.Length < bytesWritten + length)
        {
            bytesWritten += length;
            return false;
        }

        Span<byte> body = destination.Slice(bytesWritten, length);
        switch (length)
        {
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(body, (uint)seconds);
                break;
            case 8:
                BinaryPrimitives.WriteUInt64BigEndian(body, (nanoseconds << 34) | (ulong)seconds);
                break;
            default:
                BinaryPrimitives.WriteUInt32BigEndian(body, (uint)nanoseconds);
                BinaryPrimitives.WriteInt64BigEndian(body[sizeof(uint)..], seconds);
                break;
        }

        bytesWritten += length;
        return true;
    }

    private static bool One(Span<byte> destination, byte code, out int bytesWritten)
    {
        bytesWritten = 1;
        if (destination.IsEmpty)
        {
            return false;
        }

        destination[0] = code;
        return true;
    }

    private static bool Number(
        Span<byte> destination, byte code, ulong value, int bytes, out int bytesWritten)
    {
        bytesWritten = bytes + 1;
        if (destination.Length <= bytes)
        {
            return false;
        }

        destination[0] = code;
        for (int i = bytes; i > 0; i--)
        {
            destination[i] = (byte)value;
            value >>= 8;
        }

        return true;
    }

    /// <summary>Codes for 16 and 32 bits lie side by side; 8 bits only where there is such a code.</summary>
    private static bool Length(
        Span<byte> destination, byte code8, byte code16, uint value, out int bytesWritten)
        => code8 != 0 && value <= byte.MaxValue
            ? Number(destination, code8, value, sizeof(byte), out bytesWritten)
            : value <= ushort.MaxValue
                ? Number(destination, code16, value, sizeof(ushort), out bytesWritten)
                : Number(destination, (byte)(code16 + 1), value, sizeof(uint), out bytesWritten);
}
