using System.Runtime.InteropServices;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// A section of a segment that is being loaded: a stream with a block and checksums of its own.
/// </summary>
/// <param name="writer">Takes its blocks.</param>
/// <param name="id">What it holds.</param>
/// <param name="column">Which vector it is about.</param>
/// <param name="elementBytes">Size of an element.</param>
/// <param name="offset">Where it starts.</param>
internal sealed class BulkSection(
    WriteBehind writer, SectionId id, int column, int elementBytes, long offset)
{
    private byte[] _block = new byte[SegmentLayout.BlockBytes];
    private int _count;

    internal SectionId Id => id;

    internal int Column => column;

    internal int ElementBytes => elementBytes;

    internal long Offset => offset;

    /// <summary>Bytes so far.</summary>
    internal long Bytes { get; private set; }

    /// <summary>
    /// Of the blocks, in order; all of them after <see cref="End"/> and <see cref="WriteBehind.Drain"/>, and
    /// not to be looked at before.
    /// </summary>
    internal List<uint> Checksums { get; } = [];

    internal void Write<T>(T value)
        where T : unmanaged
        => Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, _block.Length - _count);
            bytes[..count].CopyTo(_block.AsSpan(_count));
            bytes = bytes[count..];
            _count += count;
            Bytes += count;
            if (_count == _block.Length)
            {
                End();
            }
        }
    }

    /// <summary>Hands on what is left.</summary>
    internal void End()
    {
        if (_count > 0)
        {
            _block = writer.Write(_block, _count, offset + Bytes - _count, Checksums);
            _count = 0;
        }
    }

    /// <summary>Its line in the section table.</summary>
    internal SectionEntry Entry(uint firstChecksum) => new()
    {
        Id = (uint)Id,
        ElementBytes = (uint)ElementBytes,
        Offset = (ulong)Offset,
        Bytes = (ulong)Bytes,
        FirstChecksum = firstChecksum,
        Column = (uint)Column,
    };
}
