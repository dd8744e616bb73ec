using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Writes a segment file from sources of rows, section by section. Memory: one block of 64 KiB, four bytes
/// for every block written, and 4 bytes per 64 rows of a source; never the rows themselves.
/// </summary>
internal static class SegmentWriter
{
    /// <summary>Writes and fsyncs the file under a temporary name; renaming is the caller's.</summary>
    /// <returns>The header as written.</returns>
    internal static SegmentHeader Write(
        DurableFiles files,
        string path,
        ulong collectionId,
        uint number,
        CollectionOptions options,
        IReadOnlyList<IRowSource> sources)
    {
        int rows = checked((int)sources.Sum(source => (long)source.LiveCount));
        SegmentHeader header = SegmentLayout.Header(
            collectionId, number, options, rows, PayloadBytes(sources));
        using SafeFileHandle file = files.Create(path);
        var writer = new BlockWriter(files, file);
        for (int i = 0; i < header.SectionCount; i++)
        {
            var id = (SectionId)header.Sections[i].Id;
            if (id != SectionId.Checksums)
            {
                writer.Begin(header.Sections[i]);
                WriteSection(writer, id, sources);
                writer.End();
            }
        }

        ReadOnlySpan<byte> checksums = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(writer.Checksums));
        files.Write(file, checksums, (long)header.Sections[(int)header.SectionCount - 1].Offset);
        header.ChecksumsChecksum = Crc32C.Of(checksums);
        header.HeaderChecksum = SegmentHeader.ChecksumOf(ref header);
        files.Write(file, SegmentHeader.AsBytes(ref header), 0);
        files.Flush(file);
        return header;
    }

    private static long PayloadBytes(IReadOnlyList<IRowSource> sources)
    {
        long bytes = 0;
        foreach (IRowSource source in sources)
        {
            for (int i = 0; i < source.RowCount; i++)
            {
                bytes += source.IsLive(i) ? source.PayloadLength(i) : 0;
            }
        }

        return bytes;
    }

    private static void WriteSection(BlockWriter writer, SectionId id, IReadOnlyList<IRowSource> sources)
    {
        if (id == SectionId.KeyOrder)
        {
            WriteKeyOrder(writer, sources);
            return;
        }

        ulong payloadEnd = 0;
        if (id == SectionId.PayloadOffsets)
        {
            writer.Write(payloadEnd);
        }

        foreach (IRowSource source in sources)
        {
            for (int i = 0; i < source.RowCount; i++)
            {
                if (source.IsLive(i))
                {
                    WriteRow(writer, id, source, i, ref payloadEnd);
                }
            }
        }
    }

    private static void WriteRow(
        BlockWriter writer, SectionId id, IRowSource source, int row, ref ulong payloadEnd)
    {
        switch (id)
        {
            case SectionId.Codes:
                writer.Write(MemoryMarshal.AsBytes(source.Codes(row)));
                break;
            case SectionId.Scales:
                writer.Write(source.Scale(row));
                break;
            case SectionId.SquareSums:
                writer.Write(source.SquareSum(row));
                break;
            case SectionId.CodeSums:
                writer.Write(source.CodeSum(row));
                break;
            case SectionId.Keys:
                writer.Write(source.Key(row));
                break;
            case SectionId.PayloadOffsets:
                payloadEnd += (ulong)source.PayloadLength(row);
                writer.Write(payloadEnd);
                break;
            case SectionId.Payloads:
                writer.Write(source.Payload(row));
                break;
            default:
                throw new ArgumentOutOfRangeException(
                    nameof(id), id, "This section is not written row by row.");
        }
    }

    /// <summary>
    /// Merges the sources' key orders: no sort of all keys, and no array of them. O(rows x sources).
    /// </summary>
    private static void WriteKeyOrder(BlockWriter writer, IReadOnlyList<IRowSource> sources)
    {
        var cursors = new KeyCursor[sources.Count];
        int firstOrdinal = 0;
        for (int i = 0; i < cursors.Length; i++)
        {
            cursors[i] = new KeyCursor(sources[i], firstOrdinal);
            firstOrdinal += sources[i].LiveCount;
        }

        while (true)
        {
            KeyCursor? next = null;
            foreach (KeyCursor cursor in cursors)
            {
                if (!cursor.IsAtEnd && (next is null || cursor.Key < next.Key))
                {
                    next = cursor;
                }
            }

            if (next is null)
            {
                return;
            }

            writer.Write((uint)next.NewOrdinal);
            next.MoveNext();
        }
    }
}
