using System.Buffers.Binary;

namespace MessagePack;

public static partial class MessagePackPrimitives
{
    /// <summary>How a read from a span ended.</summary>
    public enum DecodeResult
    {
        /// <summary>The value was read.</summary>
        Success,

        /// <summary>Another type stands there.</summary>
        TokenMismatch,

        /// <summary>Nothing stands there.</summary>
        EmptyBuffer,

        /// <summary>The span ends within the value; the token size says how much it needs.</summary>
        InsufficientBuffer,
    }

    /// <summary>nil.</summary>
    public static DecodeResult TryReadNil(ReadOnlySpan<byte> source, out int tokenSize)
    {
        tokenSize = 1;
        return source.IsEmpty ? DecodeResult.EmptyBuffer
            : source[0] == MessagePackCode.Nil ? DecodeResult.Success
            : DecodeResult.TokenMismatch;
    }

    /// <summary>true or false.</summary>
    public static DecodeResult TryReadBool(ReadOnlySpan<byte> source, out bool value, out int tokenSize)
    {
        tokenSize = 1;
        value = !source.IsEmpty && source[0] == MessagePackCode.True;
        return source.IsEmpty ? DecodeResult.EmptyBuffer
            : source[0] is MessagePackCode.True or MessagePackCode.False ? DecodeResult.Success
            : DecodeResult.TokenMismatch;
    }

    /// <summary>The header of an array: values that follow.</summary>
    public static DecodeResult TryReadArrayHeader(
        ReadOnlySpan<byte> source, out uint count, out int tokenSize)
        => ReadLength(
            source, MessagePackCode.MinFixArray, 15, 0, MessagePackCode.Array16, out count, out tokenSize);

    /// <summary>The header of a map: pairs that follow.</summary>
    public static DecodeResult TryReadMapHeader(
        ReadOnlySpan<byte> source, out uint count, out int tokenSize)
        => ReadLength(
            source, MessagePackCode.MinFixMap, 15, 0, MessagePackCode.Map16, out count, out tokenSize);

    /// <summary>The header of a text: bytes that follow.</summary>
    public static DecodeResult TryReadStringHeader(
        ReadOnlySpan<byte> source, out uint length, out int tokenSize)
        => ReadLength(
            source,
            MessagePackCode.MinFixStr,
            31,
            MessagePackCode.Str8,
            MessagePackCode.Str16,
            out length,
            out tokenSize);

    /// <summary>The header of bytes: how many follow. Text counts as bytes, as in the old format.</summary>
    public static DecodeResult TryReadBinHeader(
        ReadOnlySpan<byte> source, out uint length, out int tokenSize)
    {
        DecodeResult result = ReadLength(
            source, 0, 0, MessagePackCode.Bin8, MessagePackCode.Bin16, out length, out tokenSize);
        return result == DecodeResult.TokenMismatch
            ? TryReadStringHeader(source, out length, out tokenSize)
            : result;
    }

    /// <summary>The header of an extension.</summary>
    public static DecodeResult TryReadExtensionHeader(
        ReadOnlySpan<byte> source, out ExtensionHeader extensionHeader, out int tokenSize)
    {
        extensionHeader = default;
        uint length;
        if (!source.IsEmpty && source[0] is >= MessagePackCode.FixExt1 and <= MessagePackCode.FixExt16)
        {
            length = 1u << (source[0] - MessagePackCode.FixExt1);
            tokenSize = 1;
        }
        else
        {
            DecodeResult result = ReadLength(
                source, 0, 0, MessagePackCode.Ext8, MessagePackCode.Ext16, out length, out tokenSize);
            if (result is DecodeResult.EmptyBuffer or DecodeResult.TokenMismatch)
            {
                return result;
            }
        }

        if (source.Length < ++tokenSize)
        {
            return DecodeResult.InsufficientBuffer;
        }

        extensionHeader = new ExtensionHeader((sbyte)source[tokenSize - 1], length);
        return DecodeResult.Success;
    }

    /// <summary>A timestamp with its header.</summary>
    public static DecodeResult TryReadDateTime(
        ReadOnlySpan<byte> source, out DateTime value, out int tokenSize)
    {
        value = default;
        DecodeResult result = TryReadExtensionHeader(source, out ExtensionHeader header, out tokenSize);
        if (result != DecodeResult.Success)
        {
            return result;
        }

        result = TryReadDateTime(source[tokenSize..], header, out value, out int body);
        tokenSize += body;
        return result;
    }

    /// <summary>
    /// A timestamp behind its header; a mismatch also where it lies outside the years 1 to 9999, or has more
    /// nanoseconds than a second. Rounded down to 100 ns.
    /// </summary>
    public static DecodeResult TryReadDateTime(
        ReadOnlySpan<byte> source, ExtensionHeader header, out DateTime value, out int tokenSize)
    {
        value = default;
        tokenSize = 0;
        if (header.TypeCode != ReservedMessagePackExtensionTypeCode.DateTime
            || header.Length is not (4 or 8 or 12))
        {
            return DecodeResult.TokenMismatch;
        }

        tokenSize = (int)header.Length;
        if (source.Length < tokenSize)
        {
            return DecodeResult.InsufficientBuffer;
        }

        long seconds;
        uint nanoseconds = 0;
        switch (tokenSize)
        {
            case 4:
                seconds = BinaryPrimitives.ReadUInt32BigEndian(source);
                break;
            case 8:
                ulong both = BinaryPrimitives.ReadUInt64BigEndian(source);
                seconds = (long)(both & ((1UL << 34) - 1));
                nanoseconds = (uint)(both >> 34);
                break;
            default:
                nanoseconds = BinaryPrimitives.ReadUInt32BigEndian(source);
                seconds = BinaryPrimitives.ReadInt64BigEndian(source[sizeof(uint)..]);
                break;
        }

        if (nanoseconds >= NanosecondsEnd || seconds is < SecondsMin or > SecondsMax)
        {
            return DecodeResult.TokenMismatch;
        }

        long ticks = ((seconds - SecondsMin) * TimeSpan.TicksPerSecond) + (nanoseconds / NanosecondsPerTick);
        value = new DateTime(ticks, DateTimeKind.Utc);
        return DecodeResult.Success;
    }

    /// <summary>Any integer.</summary>
    /// <exception cref="OverflowException">It is above <see cref="long.MaxValue"/>.</exception>
    public static DecodeResult TryReadInt64(ReadOnlySpan<byte> source, out long value, out int tokenSize)
    {
        DecodeResult result = ReadInteger(source, out ulong bits, out bool isSigned, out tokenSize);
        value = isSigned ? (long)bits : checked((long)bits);
        return result;
    }

    /// <summary>Any integer that is not negative.</summary>
    /// <exception cref="OverflowException">It is negative.</exception>
    public static DecodeResult TryReadUInt64(ReadOnlySpan<byte> source, out ulong value, out int tokenSize)
    {
        DecodeResult result = ReadInteger(source, out ulong bits, out bool isSigned, out tokenSize);
        value = isSigned ? checked((ulong)(long)bits) : bits;
        return result;
    }

    /// <summary>A float of either size, or an integer.</summary>
    public static DecodeResult TryReadDouble(ReadOnlySpan<byte> source, out double value, out int tokenSize)
    {
        value = 0;
        if (source.IsEmpty || source[0] is not (MessagePackCode.Float32 or MessagePackCode.Float64))
        {
            DecodeResult result = ReadInteger(source, out ulong bits, out bool isSigned, out tokenSize);
            value = isSigned ? (long)bits : bits;
            return result;
        }

        bool isDouble = source[0] == MessagePackCode.Float64;
        tokenSize = isDouble ? 9 : 5;
        if (source.Length < tokenSize)
        {
            return DecodeResult.InsufficientBuffer;
        }

        value = isDouble
            ? BinaryPrimitives.ReadDoubleBigEndian(source[1..])
            : BinaryPrimitives.ReadSingleBigEndian(source[1..]);
        return DecodeResult.Success;
    }

    /// <summary>A float of either size, or an integer, rounded to 32 bits.</summary>
    public static DecodeResult TryReadSingle(ReadOnlySpan<byte> source, out float value, out int tokenSize)
    {
        DecodeResult result = TryReadDouble(source, out double wide, out tokenSize);
        value = (float)wide;
        return result;
    }

    private static DecodeResult ReadInteger(
        ReadOnlySpan<byte> source, out ulong bits, out bool isSigned, out int tokenSize)
    {
        bits = 0;
        isSigned = false;
        tokenSize = 1;
        if (source.IsEmpty)
        {
            return DecodeResult.EmptyBuffer;
        }

        byte code = source[0];
        isSigned = code is >= MessagePackCode.MinNegativeFixInt
            or (>= MessagePackCode.Int8 and <= MessagePackCode.Int64);
        if (code is <= MessagePackCode.MaxFixInt or >= MessagePackCode.MinNegativeFixInt)
        {
            bits = (ulong)(sbyte)code;
            return DecodeResult.Success;
        }

        if (code is < MessagePackCode.UInt8 or > MessagePackCode.Int64)
        {
            return DecodeResult.TokenMismatch;
        }

        int bytes = 1 << ((code - MessagePackCode.UInt8) & 3);
        tokenSize = bytes + 1;
        if (source.Length < tokenSize)
        {
            return DecodeResult.InsufficientBuffer;
        }

        bits = BigEndian(source.Slice(1, bytes));
        if (isSigned)
        {
            int unused = 64 - (8 * bytes);
            bits = (ulong)((long)(bits << unused) >> unused);
        }

        return DecodeResult.Success;
    }

    private static DecodeResult ReadLength(
        ReadOnlySpan<byte> source,
        byte fix,
        int fixMax,
        byte code8,
        byte code16,
        out uint value,
        out int tokenSize)
    {
        value = 0;
        tokenSize = 1;
        if (source.IsEmpty)
        {
            return DecodeResult.EmptyBuffer;
        }

        byte code = source[0];
        if (fixMax > 0 && code >= fix && code <= fix + fixMax)
        {
            value = (uint)(code - fix);
            return DecodeResult.Success;
        }

        int bytes = code8 != 0 && code == code8 ? 1 : code == code16 ? 2 : code == code16 + 1 ? 4 : 0;
        if (bytes == 0)
        {
            return DecodeResult.TokenMismatch;
        }

        tokenSize = bytes + 1;
        if (source.Length < tokenSize)
        {
            return DecodeResult.InsufficientBuffer;
        }

        value = (uint)BigEndian(source.Slice(1, bytes));
        return DecodeResult.Success;
    }

    private static ulong BigEndian(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        foreach (byte part in bytes)
        {
            value = (value << 8) | part;
        }

        return value;
    }
}
