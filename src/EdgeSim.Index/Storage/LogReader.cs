using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// A log file in memory, read record by record; nothing of it is believed without its checksum.
/// </summary>
internal sealed class LogReader
{
    /// <summary>Where a header says whose the log is.</summary>
    internal const long IdentityOffset = 12;

    private readonly byte[] _bytes;

    private LogReader(string path, byte[] bytes, LogHeader? header)
    {
        Path = path;
        _bytes = bytes;
        Header = header;
    }

    internal string Path { get; }

    /// <summary>The header; null where it is not whole, as after a creation that was cut off.</summary>
    internal LogHeader? Header { get; }

    internal int Length => _bytes.Length;

    /// <summary>Where the next record starts.</summary>
    internal int Position { get; private set; } = LogHeader.SizeBytes;

    /// <summary>Reads a log.</summary>
    /// <exception cref="IndexFormatException">Of a newer version, or of another collection.</exception>
    /// <exception cref="IndexCorruptException">Missing, or too long to be one.</exception>
    internal static LogReader Open(DurableFiles files, string path, uint number, ulong collectionId)
        => Parse(files.Read(path, IndexLimits.LogBytesMax), path, number, collectionId);

    /// <summary>A log whose bytes have been read.</summary>
    /// <exception cref="IndexFormatException">Of a newer version, or of another collection.</exception>
    internal static LogReader Parse(byte[] bytes, string path, uint number, ulong collectionId)
    {
        if (bytes.Length < LogHeader.SizeBytes)
        {
            return new LogReader(path, bytes, null);
        }

        var header = MemoryMarshal.Read<LogHeader>(bytes);
        if (header.Magic != LogHeader.MagicValue || LogHeader.ChecksumOf(ref header) != header.HeaderChecksum)
        {
            return new LogReader(path, bytes, null);
        }

        if (header.Version is 0 or > LogHeader.VersionNewest)
        {
            throw new IndexFormatException(
                path,
                8,
                $"the log has format version {header.Version}; "
                + $"this EdgeSim reads versions 2 to {LogHeader.VersionNewest}",
                "Use the EdgeSim that wrote it, or a newer one.");
        }

        if (header.CollectionId != collectionId || header.Number != number)
        {
            throw new IndexFormatException(
                path,
                IdentityOffset,
                "the log belongs to another collection or has another number",
                "Restore the file that belongs here from a copy.");
        }

        return new LogReader(path, bytes, header);
    }

    /// <summary>
    /// Reads the record at <see cref="Position"/> and goes on; false where there is no whole one.
    /// </summary>
    internal bool TryRead(out LogRecordHeader header, out ReadOnlyMemory<byte> body)
    {
        if (!TryReadAt(Position, out header, out body))
        {
            return false;
        }

        Position += LogRecordHeader.SizeBytes + body.Length;
        Position += -Position & (LogRecordHeader.Alignment - 1);
        return true;
    }

    /// <summary>
    /// Goes to the next whole record behind damage at <see cref="Position"/>, one of these sequences; false
    /// when there is none.
    /// </summary>
    internal bool TrySkip(ulong first, ulong last)
    {
        int start = (Position + LogRecordHeader.Alignment - 1) & -LogRecordHeader.Alignment;
        for (int at = start; at + LogRecordHeader.SizeBytes <= _bytes.Length; at += LogRecordHeader.Alignment)
        {
            var header = MemoryMarshal.Read<LogRecordHeader>(_bytes.AsSpan(at));
            bool isPlausible = header.Sequence >= first && header.Sequence <= last
                && header.Durable < header.Sequence;
            if (isPlausible && TryReadAt(at, out _, out _))
            {
                Position = at;
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The header of the record at <see cref="Position"/>; false where there is no whole one.
    /// </summary>
    internal bool TryPeek(out LogRecordHeader header) => TryReadAt(Position, out header, out _);

    /// <summary>Goes to a place.</summary>
    internal void GoTo(int position) => Position = position;

    /// <summary>
    /// Bytes from <see cref="Position"/> on, without the zeros at the end: room that was taken ahead.
    /// </summary>
    internal int RestBytes
        => _bytes.AsSpan(Math.Min(Position, _bytes.Length)).LastIndexOfAnyExcept((byte)0) + 1;

    /// <summary>
    /// Whether some whole record is behind <see cref="Position"/>. None is written before the header is
    /// durable.
    /// </summary>
    internal bool HasRecords
    {
        get
        {
            for (int at = LogHeader.SizeBytes; at < _bytes.Length; at += LogRecordHeader.Alignment)
            {
                if (TryReadAt(at, out _, out _))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// The last batch that must have been durable, as whole records behind <see cref="Position"/> say: one
    /// that is missing before it was lost after it had been promised. 0 when there is none. Looks at every
    /// place where a record could start.
    /// </summary>
    internal ulong DurableBehind(ulong expected)
    {
        ulong durable = 0;
        int start = (Position + LogRecordHeader.Alignment - 1) & -LogRecordHeader.Alignment;
        for (int at = start; at + LogRecordHeader.SizeBytes <= _bytes.Length; at += LogRecordHeader.Alignment)
        {
            var header = MemoryMarshal.Read<LogRecordHeader>(_bytes.AsSpan(at));
            bool isPlausible = header.Sequence >= expected
                && header.Sequence - expected < (ulong)_bytes.Length
                && header.Durable < header.Sequence;
            if (isPlausible && TryReadAt(at, out _, out _))
            {
                durable = Math.Max(durable, header.Durable);
            }
        }

        return durable;
    }

    /// <summary>
    /// Writes what was read once more, and returns when the disk has it. A flush alone would not do: after
    /// one that failed in an earlier process the system takes the pages for written, and they are in its
    /// memory alone.
    /// </summary>
    internal void Keep(DurableFiles files)
    {
        using SafeFileHandle file = files.Open(Path);
        files.Write(file, _bytes.AsSpan(0, Math.Min(Position, _bytes.Length)), 0);
        files.Flush(file);
    }

    private bool TryReadAt(int at, out LogRecordHeader header, out ReadOnlyMemory<byte> body)
    {
        header = default;
        body = default;
        if (at > _bytes.Length - LogRecordHeader.SizeBytes)
        {
            return false;
        }

        header = MemoryMarshal.Read<LogRecordHeader>(_bytes.AsSpan(at));
        int room = _bytes.Length - at - LogRecordHeader.SizeBytes;
        if (header.Sequence == 0 || header.BodyBytes > (uint)room)
        {
            return false;
        }

        body = _bytes.AsMemory(at + LogRecordHeader.SizeBytes, (int)header.BodyBytes);
        return header.Checksum == Crc32C.Of(
            _bytes.AsSpan(at + sizeof(uint), LogRecordHeader.SizeBytes - sizeof(uint) + body.Length));
    }
}
