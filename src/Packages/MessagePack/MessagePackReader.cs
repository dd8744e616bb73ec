using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using DecodeResult = MessagePack.MessagePackPrimitives.DecodeResult;

namespace MessagePack;

/// <summary>
/// Reads values from bytes in one piece or several. Whatever the bytes are, a read returns, or throws
/// <see cref="EndOfStreamException"/> (they end within a value),
/// <see cref="MessagePackSerializationException"/> (another type stands there) or
/// <see cref="OverflowException"/> (the number does not fit). Lengths that a header states are compared with
/// what is left before anything is allocated.
/// </summary>
public ref partial struct MessagePackReader
{
    private const int TokenBytesMax = 18;
    private SequenceReader<byte> _reader;

    /// <summary>Over contiguous bytes.</summary>
    public MessagePackReader(ReadOnlyMemory<byte> memory)
        : this(new ReadOnlySequence<byte>(memory))
    {
    }

    /// <summary>Over bytes in pieces.</summary>
    public MessagePackReader(scoped in ReadOnlySequence<byte> readOnlySequence)
        : this() => _reader = new SequenceReader<byte>(readOnlySequence);

    /// <summary>For the caller's own use.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Containers entered; <see cref="MessagePackSecurity.DepthStep"/> counts.</summary>
    public int Depth { get; set; }

    /// <summary>What is read.</summary>
    public readonly ReadOnlySequence<byte> Sequence => _reader.Sequence;

    /// <summary>Where the next value starts.</summary>
    public readonly SequencePosition Position => _reader.Position;

    /// <summary>Bytes read so far.</summary>
    public readonly long Consumed => _reader.Consumed;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool End => _reader.End;

    /// <summary>Whether nil comes next.</summary>
    public readonly bool IsNil => NextCode == MessagePackCode.Nil;

    /// <summary>The family of the next value.</summary>
    public readonly MessagePackType NextMessagePackType => MessagePackCode.ToMessagePackType(NextCode);

    /// <summary>The first byte of the next value.</summary>
    public readonly byte NextCode
    {
        get
        {
            Require(_reader.TryPeek(out byte code));
            return code;
        }
    }

    /// <summary>A reader of the same settings over other bytes.</summary>
    public readonly MessagePackReader Clone(scoped in ReadOnlySequence<byte> readOnlySequence)
        => new(readOnlySequence) { CancellationToken = CancellationToken, Depth = Depth };

    /// <summary>A second reader from here on; moving one does not move the other.</summary>
    public readonly MessagePackReader CreatePeekReader() => Clone(_reader.UnreadSequence);

    /// <summary>Passes over the next value with all that is in it. Takes no stack for depth.</summary>
    public void Skip() => Require(TrySkip());

    /// <summary>nil.</summary>
    public Nil ReadNil()
    {
        Take(MessagePackPrimitives.TryReadNil(_reader.UnreadSpan, out int size), size);
        return Nil.Default;
    }

    /// <summary>Whether nil came next; it is passed then.</summary>
    public bool TryReadNil()
    {
        bool isNil = IsNil;
        if (isNil)
        {
            _reader.Advance(1);
        }

        return isNil;
    }

    /// <summary>So many bytes as they stand.</summary>
    public ReadOnlySequence<byte> ReadRaw(long length)
    {
        Require(length >= 0 && length <= _reader.Remaining);
        ReadOnlySequence<byte> raw = _reader.UnreadSequence.Slice(0, length);
        _reader.Advance(length);
        return raw;
    }

    /// <summary>The next value as it stands.</summary>
    public ReadOnlySequence<byte> ReadRaw()
    {
        SequencePosition start = Position;
        Skip();
        return _reader.Sequence.Slice(start, Position);
    }

    /// <summary>Values in the array that starts here; so many bytes at least are left.</summary>
    public int ReadArrayHeader()
    {
        Require(TryReadArrayHeader(out int count) && count <= _reader.Remaining);
        return count;
    }

    /// <summary>Values in the array that starts here; false where the bytes end within the header.</summary>
    public bool TryReadArrayHeader(out int count)
    {
        Span<byte> scratch = stackalloc byte[TokenBytesMax];
        bool isWhole = TryTake(
            MessagePackPrimitives.TryReadArrayHeader(Next(scratch), out uint stated, out int size), size);
        count = checked((int)stated);
        return isWhole;
    }

    /// <summary>Pairs in the map that starts here; twice as many bytes at least are left.</summary>
    public int ReadMapHeader()
    {
        Require(TryReadMapHeader(out int count) && 2L * count <= _reader.Remaining);
        return count;
    }

    /// <summary>Pairs in the map that starts here; false where the bytes end within the header.</summary>
    public bool TryReadMapHeader(out int count)
    {
        Span<byte> scratch = stackalloc byte[TokenBytesMax];
        bool isWhole = TryTake(
            MessagePackPrimitives.TryReadMapHeader(Next(scratch), out uint stated, out int size), size);
        count = checked((int)stated);
        return isWhole;
    }

    /// <summary>true or false.</summary>
    public bool ReadBoolean()
    {
        Take(MessagePackPrimitives.TryReadBool(_reader.UnreadSpan, out bool value, out int size), size);
        return value;
    }

    /// <summary>A UTF-16 unit, from an integer.</summary>
    public char ReadChar() => (char)ReadUInt16();

    /// <summary>An integer that fits.</summary>
    public sbyte ReadSByte() => checked((sbyte)ReadInt64());

    /// <summary>An integer that fits.</summary>
    public short ReadInt16() => checked((short)ReadInt64());

    /// <summary>An integer that fits.</summary>
    public int ReadInt32() => checked((int)ReadInt64());

    /// <summary>An integer that fits.</summary>
    public long ReadInt64()
    {
        Span<byte> scratch = stackalloc byte[TokenBytesMax];
        Take(MessagePackPrimitives.TryReadInt64(Next(scratch), out long value, out int size), size);
        return value;
    }

    /// <summary>An integer that fits.</summary>
    public byte ReadByte() => checked((byte)ReadUInt64());

    /// <summary>An integer that fits.</summary>
    public ushort ReadUInt16() => checked((ushort)ReadUInt64());

    /// <summary>An integer that fits.</summary>
    public uint ReadUInt32() => checked((uint)ReadUInt64());

    /// <summary>An integer that fits.</summary>
    public ulong ReadUInt64()
    {
        Span<byte> scratch = stackalloc byte[TokenBytesMax];
        Take(MessagePackPrimitives.TryReadUInt64(Next(scratch), out ulong value, out int size), size);
        return value;
    }

    /// <summary>A number, rounded to 32 bits.</summary>
    public float ReadSingle()
    {
        Span<byte> scratch = stackalloc byte[TokenBytesMax];
        Take(MessagePackPrimitives.TryReadSingle(Next(scratch), out float value, out int size), size);
        return value;
    }

    /// <summary>A number, rounded to 64 bits.</summary>
    public double ReadDouble()
    {
        Span<byte> scratch = stackalloc byte[TokenBytesMax];
        Take(MessagePackPrimitives.TryReadDouble(Next(scratch), out double value, out int size), size);
        return value;
    }

    /// <summary>A timestamp, in UTC, rounded down to 100 ns.</summary>
    public DateTime ReadDateTime()
    {
        Span<byte> scratch = stackalloc byte[TokenBytesMax];
        Take(MessagePackPrimitives.TryReadDateTime(Next(scratch), out DateTime value, out int size), size);
        return value;
    }

    /// <summary>The bytes of a timestamp whose header was read.</summary>
    public DateTime ReadDateTime(ExtensionHeader header)
    {
        Span<byte> scratch = stackalloc byte[TokenBytesMax];
        DecodeResult result = MessagePackPrimitives.TryReadDateTime(
            Next(scratch), header, out DateTime value, out int size);
        Take(result, size);
        return value;
    }

    /// <summary>Bytes, or null for nil. They belong to the buffer that is read.</summary>
    public ReadOnlySequence<byte>? ReadBytes()
    {
        if (TryReadNil())
        {
            return null;
        }

        Span<byte> scratch = stackalloc byte[TokenBytesMax];
        Take(MessagePackPrimitives.TryReadBinHeader(Next(scratch), out uint length, out int size), size);
        return ReadRaw(length);
    }

    /// <summary>The UTF-8 of a text, or null for nil. It belongs to the buffer that is read.</summary>
    public ReadOnlySequence<byte>? ReadStringSequence()
    {
        if (TryReadNil())
        {
            return null;
        }

        Span<byte> scratch = stackalloc byte[TokenBytesMax];
        Take(
            MessagePackPrimitives.TryReadStringHeader(Next(scratch), out uint length, out int size), size);
        return ReadRaw(length);
    }

    /// <summary>The UTF-8 of a text; false, and nothing read, for nil or a text in several pieces.</summary>
    public bool TryReadStringSpan(out ReadOnlySpan<byte> span)
    {
        span = default;
        if (IsNil)
        {
            return false;
        }

        SequenceReader<byte> start = _reader;
        ReadOnlySequence<byte> text = ReadStringSequence()!.Value;
        if (!text.IsSingleSegment)
        {
            _reader = start;
            return false;
        }

        span = text.FirstSpan;
        return true;
    }

    /// <summary>A text, or null for nil. What is no UTF-8 becomes U+FFFD.</summary>
    public string? ReadString()
        => ReadStringSequence() is { } text ? Encoding.UTF8.GetString(text) : null;

    /// <summary>The header of an extension; its bytes are left.</summary>
    public ExtensionHeader ReadExtensionFormatHeader()
    {
        Require(
            TryReadExtensionFormatHeader(out ExtensionHeader header)
            && header.Length <= _reader.Remaining);
        return header;
    }

    /// <summary>The header of an extension; false where the bytes end within it.</summary>
    public bool TryReadExtensionFormatHeader(out ExtensionHeader extensionHeader)
    {
        Span<byte> scratch = stackalloc byte[TokenBytesMax];
        return TryTake(
            MessagePackPrimitives.TryReadExtensionHeader(Next(scratch), out extensionHeader, out int size),
            size);
    }

    /// <summary>An extension. Its bytes belong to the buffer that is read.</summary>
    public ExtensionResult ReadExtensionFormat()
    {
        ExtensionHeader header = ReadExtensionFormatHeader();
        return new ExtensionResult(header.TypeCode, ReadRaw(header.Length));
    }

    /// <summary>The bytes of the next token in one piece: in place, or copied where pieces meet.</summary>
    private readonly ReadOnlySpan<byte> Next(Span<byte> scratch)
    {
        ReadOnlySpan<byte> span = _reader.UnreadSpan;
        if (span.Length >= scratch.Length || span.Length == _reader.Remaining)
        {
            return span;
        }

        Span<byte> copy = scratch[..(int)Math.Min(scratch.Length, _reader.Remaining)];
        _ = _reader.TryCopyTo(copy);
        return copy;
    }

    private void Take(DecodeResult result, int size) => Require(TryTake(result, size));

    private bool TryTake(DecodeResult result, int size)
    {
        if (result == DecodeResult.TokenMismatch)
        {
            ThrowMismatch();
        }

        if (result != DecodeResult.Success)
        {
            return false;
        }

        _reader.Advance(size);
        return true;
    }

    private static void Require(bool isWhole)
    {
        if (!isWhole)
        {
            throw new EndOfStreamException("The MessagePack bytes end within a value.");
        }
    }

    [DoesNotReturn]
    private readonly void ThrowMismatch()
    {
        string what = _reader.TryPeek(out byte code)
            ? $"Byte {Consumed} is {code:x2} ({MessagePackCode.ToFormatName(code)}); that"
            : $"What ends at byte {Consumed}";
        throw new MessagePackSerializationException($"{what} is not the value expected, or no valid one.");
    }
}
