using System.Runtime.CompilerServices;
using EdgeSim.Index.Storage.Interop;

namespace EdgeSim.Index.Storage;

/// <summary>
/// One section of a mapped segment. Every read goes through <see cref="Read{T}"/>, and that checks the
/// checksum of each block the first time it is touched: no byte of a damaged block is ever handed out. The
/// check reads the block from the disk, where the scan that follows finds it in memory; it costs about one
/// pass at memory speed, once per open.
/// </summary>
internal sealed unsafe class Section
{
    private const int PauseBlocks = (8 << 20) / SegmentLayout.BlockBytes;

    private readonly byte* _start;
    private readonly uint* _checksums;
    private readonly uint[] _checked;
    private readonly string _path;
    private readonly long _fileOffset;
    private int _uncheckedBlocks;

    internal Section(byte* file, string path, in SectionEntry entry, uint* checksums)
    {
        _start = file + entry.Offset;
        _checksums = checksums;
        _path = path;
        _fileOffset = (long)entry.Offset;
        Bytes = (long)entry.Bytes;
        _uncheckedBlocks = (int)SegmentLayout.BlockCount(Bytes);
        _checked = new uint[(_uncheckedBlocks + 31) / 32];
    }

    /// <summary>What it holds.</summary>
    internal required SectionId Id { get; init; }

    /// <summary>Which of the collection's vectors it is about; 0 where it is about the rows.</summary>
    internal required int Column { get; init; }

    /// <summary>Where it starts in the file.</summary>
    internal long FileOffset => _fileOffset;

    /// <summary>Length in bytes.</summary>
    internal long Bytes { get; }

    /// <summary>Whether a block has failed its checksum.</summary>
    internal bool IsDamaged { get; private set; }

    /// <summary>
    /// Elements of the section, checked. Valid while the file is mapped. Safe from several threads.
    /// </summary>
    /// <exception cref="IndexCorruptException">A block fails its checksum, now or earlier.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<T> Read<T>(long first, int count)
        where T : unmanaged
    {
        long offset = first * sizeof(T);
        long bytes = (long)count * sizeof(T);
        if (offset < 0 || count < 0 || offset + bytes > Bytes)
        {
            ThrowOutside(offset, bytes);
        }

        long end = offset + bytes;
        for (long block = offset / SegmentLayout.BlockBytes; block * SegmentLayout.BlockBytes < end; block++)
        {
            if ((Volatile.Read(ref _checked[block >> 5]) & (1u << (int)(block & 31))) == 0)
            {
                Check(block);
            }
        }

        return new ReadOnlySpan<T>(_start + offset, count);
    }

    /// <summary>
    /// The whole section, at most 2 GiB, unchecked: for reading here and there, where every element is first
    /// passed to <see cref="Touch"/>.
    /// </summary>
    internal ReadOnlySpan<T> Untouched<T>()
        where T : unmanaged
        => new(_start, checked((int)(Bytes / sizeof(T))));

    /// <summary>Checks what <see cref="Read{T}"/> would check, bounds excepted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Touch(long offset, int bytes)
    {
        if (Volatile.Read(ref _uncheckedBlocks) == 0)
        {
            return;
        }

        long last = (offset + bytes - 1) / SegmentLayout.BlockBytes;
        for (long block = offset / SegmentLayout.BlockBytes; block <= last; block++)
        {
            if ((Volatile.Read(ref _checked[block >> 5]) & (1u << (int)(block & 31))) == 0)
            {
                Check(block);
            }
        }
    }

    /// <summary>Whether <see cref="Expect"/> and <see cref="Forget"/> do anything.</summary>
    internal bool IsRead { get; set; }

    /// <summary>
    /// Asks for bytes that will be read soon, so that their reads overlap; with the rest of a block that has
    /// not been checked yet, because the check reads all of it.
    /// </summary>
    internal void Expect(long offset, long bytes)
    {
        if (!IsRead || bytes <= 0)
        {
            return;
        }

        long first = offset / SegmentLayout.BlockBytes;
        long last = (offset + bytes - 1) / SegmentLayout.BlockBytes;
        long from = IsChecked(first) ? offset : first * SegmentLayout.BlockBytes;
        long end = IsChecked(last) ? offset + bytes : Math.Min((last + 1) * SegmentLayout.BlockBytes, Bytes);
        nint start = (nint)(_start + from);
        nint page = start & ~(nint)(Environment.SystemPageSize - 1);
        Libc.Expect(page, end - from + (start - page));
    }

    /// <summary>Gives bytes back that have been read and will not be needed soon.</summary>
    internal void Forget(long offset, long bytes)
    {
        if (!IsRead)
        {
            return;
        }

        nint mask = Environment.SystemPageSize - 1;
        nint start = ((nint)(_start + offset) + mask) & ~mask;
        nint end = (nint)(_start + offset + bytes) & ~mask;
        if (end > start)
        {
            Libc.DropPages(start, end - start);
        }
    }

    /// <summary>Checks every block, also those that have been found good before.</summary>
    /// <param name="pause">Called after every 8 MiB.</param>
    internal void CheckAll(Action pause)
    {
        for (long block = 0; block < SegmentLayout.BlockCount(Bytes); block++)
        {
            Check(block);
            if (block % PauseBlocks == PauseBlocks - 1)
            {
                pause();
            }
        }
    }

    /// <summary>An error about an element whose value cannot be, although its block is whole.</summary>
    internal IndexCorruptException Wrong(long element, string what)
        => new(_path, _fileOffset, $"element {element} of section {Id} {what}");

    private bool IsChecked(long block)
        => (Volatile.Read(ref _checked[block >> 5]) & (1u << (int)(block & 31))) != 0;

    private void Check(long block)
    {
        uint bit = 1u << (int)(block & 31);
        long offset = block * SegmentLayout.BlockBytes;
        int bytes = (int)Math.Min(SegmentLayout.BlockBytes, Bytes - offset);
        if (IsRead)
        {
            nint start = (nint)(_start + offset);
            Libc.Expect(start & ~(nint)(Environment.SystemPageSize - 1), bytes);
        }

        uint found = Crc32C.Of(new ReadOnlySpan<byte>(_start + offset, bytes));
        if (found != _checksums[block])
        {
            IsDamaged = true;
            if ((Interlocked.And(ref _checked[block >> 5], ~bit) & bit) != 0)
            {
                Interlocked.Increment(ref _uncheckedBlocks);
            }

            throw new IndexCorruptException(
                _path,
                _fileOffset + offset,
                $"the checksum of a block of {bytes} bytes is {found:x8}, not {_checksums[block]:x8}");
        }

        if ((Interlocked.Or(ref _checked[block >> 5], bit) & bit) == 0)
        {
            Interlocked.Decrement(ref _uncheckedBlocks);
        }
    }

    private void ThrowOutside(long offset, long bytes)
        => throw new IndexCorruptException(
            _path, _fileOffset + offset, $"{bytes} bytes at {offset} lie outside a section of {Bytes} bytes");
}
