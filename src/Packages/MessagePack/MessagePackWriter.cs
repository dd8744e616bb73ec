using System.Buffers;
using System.Text;

namespace MessagePack;

/// <summary>
/// Writes values in their shortest format into a buffer writer. <see cref="Flush"/> hands over what is still
/// held back; call it at the end.
/// </summary>
public ref struct MessagePackWriter
{
    private const int TokenBytesMax = 15;
    private readonly IBufferWriter<byte> _output;
    private Span<byte> _span;
    private int _used;

    /// <summary>Into this writer.</summary>
    public MessagePackWriter(IBufferWriter<byte> writer)
        : this()
    {
        ArgumentNullException.ThrowIfNull(writer);
        _output = writer;
    }

    /// <summary>For the caller's own use.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Into another writer.</summary>
    public readonly MessagePackWriter Clone(IBufferWriter<byte> writer)
        => new(writer) { CancellationToken = CancellationToken };

    /// <summary>Hands everything written to the buffer writer.</summary>
    public void Flush()
    {
        if (_used > 0)
        {
            _output.Advance(_used);
        }

        _used = 0;
        _span = default;
    }

    /// <summary>Room for at least so many bytes; follow with <see cref="Advance"/>.</summary>
    public Span<byte> GetSpan(int length)
    {
        if (_span.Length - _used < Math.Max(length, 1))
        {
            Flush();
            _span = _output.GetSpan(length);
        }

        return _span[_used..];
    }

    /// <summary>Takes so many bytes of the last <see cref="GetSpan"/> as written.</summary>
    public void Advance(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _span.Length - _used);
        _used += length;
    }

    /// <summary>nil.</summary>
    public void WriteNil()
    {
        _ = MessagePackPrimitives.TryWriteNil(GetSpan(TokenBytesMax), out int written);
        _used += written;
    }

    /// <summary>Bytes that are MessagePack already.</summary>
    public void WriteRaw(ReadOnlySpan<byte> rawMessagePackBlock)
    {
        rawMessagePackBlock.CopyTo(GetSpan(rawMessagePackBlock.Length));
        _used += rawMessagePackBlock.Length;
    }

    /// <summary>Bytes that are MessagePack already.</summary>
    public void WriteRaw(in ReadOnlySequence<byte> rawMessagePackBlock)
    {
        foreach (ReadOnlyMemory<byte> part in rawMessagePackBlock)
        {
            WriteRaw(part.Span);
        }
    }

    /// <summary>The header of an array of so many values.</summary>
    public void WriteArrayHeader(int count) => WriteArrayHeader(checked((uint)count));

    /// <summary>The header of an array of so many values.</summary>
    public void WriteArrayHeader(uint count)
    {
        _ = MessagePackPrimitives.TryWriteArrayHeader(GetSpan(TokenBytesMax), count, out int written);
        _used += written;
    }

    /// <summary>The header of a map of so many pairs.</summary>
    public void WriteMapHeader(int count) => WriteMapHeader(checked((uint)count));

    /// <summary>The header of a map of so many pairs.</summary>
    public void WriteMapHeader(uint count)
    {
        _ = MessagePackPrimitives.TryWriteMapHeader(GetSpan(TokenBytesMax), count, out int written);
        _used += written;
    }

    /// <summary>An integer.</summary>
    public void Write(byte value) => Write((ulong)value);

    /// <summary>An integer.</summary>
    public void Write(ushort value) => Write((ulong)value);

    /// <summary>An integer.</summary>
    public void Write(uint value) => Write((ulong)value);

    /// <summary>An integer.</summary>
    public void Write(ulong value)
    {
        _ = MessagePackPrimitives.TryWrite(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>An integer.</summary>
    public void Write(sbyte value) => Write((long)value);

    /// <summary>An integer.</summary>
    public void Write(short value) => Write((long)value);

    /// <summary>An integer.</summary>
    public void Write(int value) => Write((long)value);

    /// <summary>An integer.</summary>
    public void Write(long value)
    {
        _ = MessagePackPrimitives.TryWrite(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>uint 8, however small.</summary>
    public void WriteUInt8(byte value)
    {
        _ = MessagePackPrimitives.TryWriteUInt8(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>uint 16, however small.</summary>
    public void WriteUInt16(ushort value)
    {
        _ = MessagePackPrimitives.TryWriteUInt16(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>uint 32, however small.</summary>
    public void WriteUInt32(uint value)
    {
        _ = MessagePackPrimitives.TryWriteUInt32(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>uint 64, however small.</summary>
    public void WriteUInt64(ulong value)
    {
        _ = MessagePackPrimitives.TryWriteUInt64(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>int 8, however small.</summary>
    public void WriteInt8(sbyte value)
    {
        _ = MessagePackPrimitives.TryWriteInt8(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>int 16, however small.</summary>
    public void WriteInt16(short value)
    {
        _ = MessagePackPrimitives.TryWriteInt16(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>int 32, however small.</summary>
    public void WriteInt32(int value)
    {
        _ = MessagePackPrimitives.TryWriteInt32(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>int 64, however small.</summary>
    public void WriteInt64(long value)
    {
        _ = MessagePackPrimitives.TryWriteInt64(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>true or false.</summary>
    public void Write(bool value)
    {
        _ = MessagePackPrimitives.TryWrite(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>A UTF-16 unit, as an integer.</summary>
    public void Write(char value) => Write((ulong)value);

    /// <summary>float 32.</summary>
    public void Write(float value)
    {
        _ = MessagePackPrimitives.TryWrite(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>float 64.</summary>
    public void Write(double value)
    {
        _ = MessagePackPrimitives.TryWrite(GetSpan(TokenBytesMax), value, out int written);
        _used += written;
    }

    /// <summary>The shortest timestamp.</summary>
    public void Write(DateTime dateTime)
    {
        _ = MessagePackPrimitives.TryWrite(GetSpan(TokenBytesMax), dateTime, out int written);
        _used += written;
    }

    /// <summary>Bytes; nil for null.</summary>
    public void Write(byte[]? src)
    {
        if (src is null)
        {
            WriteNil();
        }
        else
        {
            Write(src.AsSpan());
        }
    }

    /// <summary>Bytes.</summary>
    public void Write(ReadOnlySpan<byte> src)
    {
        WriteBinHeader(src.Length);
        WriteRaw(src);
    }

    /// <summary>Bytes.</summary>
    public void Write(in ReadOnlySequence<byte> src)
    {
        WriteBinHeader(checked((int)src.Length));
        WriteRaw(src);
    }

    /// <summary>The header of so many bytes, which follow raw.</summary>
    public void WriteBinHeader(int length)
    {
        uint bytes = checked((uint)length);
        _ = MessagePackPrimitives.TryWriteBinHeader(GetSpan(TokenBytesMax), bytes, out int written);
        _used += written;
    }

    /// <summary>Text that is UTF-8 already.</summary>
    public void WriteString(ReadOnlySpan<byte> utf8stringBytes)
    {
        WriteStringHeader(utf8stringBytes.Length);
        WriteRaw(utf8stringBytes);
    }

    /// <summary>Text that is UTF-8 already.</summary>
    public void WriteString(in ReadOnlySequence<byte> utf8stringBytes)
    {
        WriteStringHeader(checked((int)utf8stringBytes.Length));
        WriteRaw(utf8stringBytes);
    }

    /// <summary>The header of a text of so many bytes.</summary>
    public void WriteStringHeader(int byteCount)
    {
        uint bytes = checked((uint)byteCount);
        _ = MessagePackPrimitives.TryWriteStringHeader(GetSpan(TokenBytesMax), bytes, out int written);
        _used += written;
    }

    /// <summary>Text; nil for null. A lone surrogate becomes U+FFFD.</summary>
    public void Write(string? value)
    {
        if (value is null)
        {
            WriteNil();
        }
        else
        {
            Write(value.AsSpan());
        }
    }

    /// <summary>Text. A lone surrogate becomes U+FFFD.</summary>
    public void Write(ReadOnlySpan<char> value)
    {
        int bytes = Encoding.UTF8.GetByteCount(value);
        WriteStringHeader(bytes);
        int written = Encoding.UTF8.GetBytes(value, GetSpan(bytes));
        _used += written;
    }

    /// <summary>The header of an extension; its bytes follow raw.</summary>
    public void WriteExtensionFormatHeader(ExtensionHeader extensionHeader)
    {
        _ = MessagePackPrimitives.TryWriteExtensionFormatHeader(
            GetSpan(TokenBytesMax), extensionHeader, out int written);
        _used += written;
    }

    /// <summary>An extension.</summary>
    public void WriteExtensionFormat(ExtensionResult extensionData)
    {
        WriteExtensionFormatHeader(extensionData.Header);
        WriteRaw(extensionData.Data);
    }
}
