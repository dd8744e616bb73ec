using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// One section of a segment that may be damaged: which of its blocks have the checksum that was written, and
/// the bytes of those.
/// </summary>
internal sealed unsafe class SalvageSection
{
    private readonly byte* _start;
    private readonly ulong[] _good;
    private long _badCount;

    /// <param name="map">The file.</param>
    /// <param name="entry">The section, whose end may lie beyond that of the file.</param>
    internal SalvageSection(MappedFile map, in SectionEntry entry)
    {
        _start = (byte*)map.Address + entry.Offset;
        Id = (SectionId)entry.Id;
        Column = (int)entry.Column;
        Offset = (long)entry.Offset;
        Bytes = (long)entry.Bytes;
        FirstChecksum = entry.FirstChecksum;
        _good = new ulong[(SegmentLayout.BlockCount(Bytes) + 63) / 64];
        _badCount = SegmentLayout.BlockCount(Bytes);
    }

    internal SectionId Id { get; }

    internal int Column { get; }

    /// <summary>Where it starts in the file.</summary>
    internal long Offset { get; }

    internal long Bytes { get; }

    internal long FirstChecksum { get; }

    /// <summary>Whether every block is good.</summary>
    internal bool IsWhole => _badCount == 0;

    /// <summary>Compares every block with its checksum.</summary>
    /// <param name="file">Where blocks are read; null: in the mapping.</param>
    /// <param name="checksums">All checksums of the segment; those that cannot be read are missing.</param>
    /// <param name="bad">Told offset in the file and reason of each block that is not good; may be
    /// null.</param>
    /// <param name="progress">Told the bytes.</param>
    internal void Check(
        SafeFileHandle? file, uint?[] checksums, Action<long, string>? bad, ScanProgress? progress)
    {
        byte[] buffer = file is null ? [] : new byte[SegmentLayout.BlockBytes];
        for (long block = 0; block < SegmentLayout.BlockCount(Bytes); block++)
        {
            long offset = block * SegmentLayout.BlockBytes;
            int count = (int)Math.Min(SegmentLayout.BlockBytes, Bytes - offset);
            progress?.Add(count);
            if (file is not null && !SalvageBytes.TryRead(file, buffer.AsSpan(0, count), Offset + offset))
            {
                bad?.Invoke(Offset + offset, $"a block of {count} bytes of section {Name} cannot be read");
                continue;
            }

            ReadOnlySpan<byte> bytes =
                file is null ? new ReadOnlySpan<byte>(_start + offset, count) : buffer.AsSpan(0, count);
            long index = FirstChecksum + block;
            uint? stated = index < checksums.Length ? checksums[index] : null;
            if (stated is null)
            {
                bad?.Invoke(
                    Offset + offset, $"the checksum of a block of section {Name} cannot be read");
                continue;
            }

            uint found = Crc32C.Of(bytes);
            if (found != stated)
            {
                bad?.Invoke(
                    Offset + offset,
                    $"the checksum of a block of {count} bytes of section {Name} is {found:x8}, "
                    + $"not {stated:x8}");
                continue;
            }

            _good[block / 64] |= 1UL << (int)(block & 63);
            _badCount--;
        }
    }

    /// <summary>Whether some elements exist and lie in good blocks only.</summary>
    internal bool IsGood<T>(long first, long count)
        where T : unmanaged
    {
        long end = (first + count) * sizeof(T);
        if (first < 0 || count < 0 || end > Bytes)
        {
            return false;
        }

        for (long block = first * sizeof(T) / SegmentLayout.BlockBytes;
            block * SegmentLayout.BlockBytes < end;
            block++)
        {
            if ((_good[block / 64] & (1UL << (int)(block & 63))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Elements that <see cref="IsGood"/> says are good.</summary>
    internal ReadOnlySpan<T> Read<T>(long first, int count)
        where T : unmanaged
    {
        Debug.Assert(IsGood<T>(first, count), "Only checked bytes are read.");
        return new ReadOnlySpan<T>(_start + (first * sizeof(T)), count);
    }

    /// <summary>What people call it.</summary>
    internal string Name => Column == 0 ? $"{Id}" : $"{Id} of vector {Column}";
}
