using System.Buffers;
using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Records on their way into the log, one behind the other, in memory that is used again and again. The body
/// of a record is written through <see cref="IBufferWriter{T}"/> between <see cref="Begin"/> and
/// <see cref="End"/>.
/// </summary>
internal sealed class LogBuffer : IBufferWriter<byte>
{
    /// <summary>What is kept for the next records; many collections may be open.</summary>
    private const int KeptBytesMax = 256 << 10;

    private byte[] _bytes = new byte[4096];
    private int _start;

    /// <summary>Bytes of the records held.</summary>
    internal int Length { get; private set; }

    /// <summary>The records.</summary>
    internal ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Bytes of the body that is being written.</summary>
    internal int BodyBytes => Length - _start - LogRecordHeader.SizeBytes;

    /// <summary>Forgets the records from a length on.</summary>
    internal void Truncate(int length)
    {
        Length = length;
        if (length == 0 && _bytes.Length > KeptBytesMax)
        {
            _bytes = new byte[4096];
        }
    }

    /// <summary>Starts a record.</summary>
    internal void Begin()
    {
        _start = Length;
        GetSpan(LogRecordHeader.SizeBytes)[..LogRecordHeader.SizeBytes].Clear();
        Length += LogRecordHeader.SizeBytes;
    }

    /// <summary>Ends it.</summary>
    internal void End(ulong sequence, ulong durable, long liveCount)
    {
        var header = new LogRecordHeader
        {
            BodyBytes = (uint)BodyBytes,
            Sequence = sequence,
            Durable = durable,
            LiveCount = (ulong)liveCount,
        };
        Span<byte> record = _bytes.AsSpan(_start, Length - _start);
        MemoryMarshal.Write(record, header);
        header.Checksum = Crc32C.Of(record[sizeof(uint)..]);
        MemoryMarshal.Write(record, header);
        int padding = -Length & (LogRecordHeader.Alignment - 1);
        GetSpan(padding)[..padding].Clear();
        Length += padding;
    }

    /// <inheritdoc/>
    public void Advance(int count) => Length += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    private void Reserve(int bytes)
    {
        if (_bytes.Length - Length < Math.Max(bytes, 1))
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, Length + bytes));
        }
    }
}
