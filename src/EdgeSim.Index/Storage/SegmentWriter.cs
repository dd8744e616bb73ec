using System.Runtime.InteropServices;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Search.Lists;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Writes a segment file from sources of rows, section by section. Memory: one block of 64 KiB, four bytes
/// for every block written, 4 bytes per 64 rows of a source, 1.25 bytes a row for the key filter; never the
/// rows themselves. Lists and graphs, where they are asked for, take what <see cref="ColumnOrder"/>, <see
/// cref="OrderedVectors"/> and <see cref="Search.Graph.HnswBuilder"/> say.
/// </summary>
internal sealed class SegmentWriter
{
    private readonly BlockWriter _writer;
    private readonly IReadOnlyList<IRowSource> _sources;
    private readonly int _rows;
    private readonly VectorOptions[] _vectors;
    private readonly ColumnOrder?[] _orders;
    private readonly OrderedVectors _ordered;

    private SegmentWriter(
        BlockWriter writer,
        IReadOnlyList<IRowSource> sources,
        int rows,
        CollectionOptions options,
        ColumnOrder?[] orders,
        int bufferBytes)
    {
        _writer = writer;
        _sources = sources;
        _rows = rows;
        _vectors = [.. options.Vectors];
        _orders = orders;
        _ordered = new OrderedVectors(writer, sources, bufferBytes);
    }

    private delegate void RowAction(BlockWriter writer, IRowSource source, int ordinal);

    private delegate void VectorAction(
        BlockWriter writer, IRowSource source, int column, int vector, int newOrdinal);

    /// <summary>Writes and fsyncs the file under a temporary name; renaming is the caller's.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="path">The temporary name.</param>
    /// <param name="collectionId">The collection's id.</param>
    /// <param name="number">Number of the segment.</param>
    /// <param name="options">The collection's options.</param>
    /// <param name="sources">Rows; at least one is live.</param>
    /// <param name="fields">The payload fields that it gets an index for.</param>
    /// <param name="structures">Of each column what is built for it.</param>
    /// <param name="pace">How fast.</param>
    /// <param name="progress">How far the file is there already; null: it is not.</param>
    /// <returns>The header as written.</returns>
    internal static SegmentHeader Write(
        DurableFiles files,
        string path,
        ulong collectionId,
        uint number,
        CollectionOptions options,
        IReadOnlyList<IRowSource> sources,
        IReadOnlyList<PayloadIndexField> fields,
        IReadOnlyList<ColumnStructures> structures,
        WritePace pace,
        WriteProgress? progress = null)
    {
        SegmentShape shape = SegmentShape.Of(sources, options.Vectors.Count);
        var orders = new ColumnOrder?[options.Vectors.Count];
        for (int column = 0; column < orders.Length; column++)
        {
            orders[column] = ColumnOrder.Of(
                sources,
                column,
                shape.Vectors[column],
                options.Vectors[column],
                structures[column].Lists,
                pace.Stop);
        }

        shape = shape with { IsReordered = Array.ConvertAll(orders, order => order?.Lists is not null) };
        SegmentHeader header = SegmentLayout.Header(collectionId, number, options, shape);
        bool isBegun = progress?.IsDurable(1) == true;
        using SafeFileHandle file = isBegun ? files.Open(path) : files.Create(path);
        var blocks = new BlockWriter(files, file, pace, progress);
        var writer = new SegmentWriter(
            blocks, sources, shape.Rows, options, orders, structures.Max(built => built.BufferBytes));
        for (int i = 0; i < header.SectionCount; i++)
        {
            SectionEntry entry = header.Sections[i];
            blocks.Begin((long)entry.Offset);
            writer.WriteSection((SectionId)entry.Id, (int)entry.Column);
            blocks.End();
        }

        if (fields.Count > 0)
        {
            blocks.Begin(SegmentLayout.IndexOffset(header));
            var rows = new MergedPayloads(sources, shape.Rows);
            long bytes = PayloadIndexBuilder.Write(rows, fields, new BlockStream(blocks));
            blocks.End();
            SegmentLayout.AppendIndexes(ref header, bytes);
        }

        ListSections.Write(ref header, orders, blocks);
        CodeSections.Write(files, path, ref header, options, orders, blocks, structures, pace.Stop);
        GraphSections.Write(files, path, ref header, options, sources, orders, blocks, structures, pace);
        if (HasStructures(header))
        {
            CurveSections.Write(files, file, path, ref header, options, blocks, pace.Stop);
        }

        Finish(files, file, ref header, blocks);
        files.Flush(file);
        return header;
    }

    /// <summary>Writes the checksums behind all sections, and then the header.</summary>
    internal static void Finish(
        DurableFiles files, SafeFileHandle file, ref SegmentHeader header, BlockWriter blocks)
    {
        SegmentLayout.AppendChecksums(ref header, blocks.Checksums.Count);
        ReadOnlySpan<byte> checksums = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(blocks.Checksums));
        files.Write(file, checksums, (long)header.Sections[(int)header.SectionCount - 1].Offset);
        header.ChecksumsChecksum = Crc32C.Of(checksums);
        header.HeaderChecksum = SegmentHeader.ChecksumOf(ref header);
        files.Write(file, SegmentHeader.AsBytes(ref header), 0);
    }

    /// <summary>Whether there is something whose recall can be measured.</summary>
    private static bool HasStructures(in SegmentHeader header)
    {
        for (int i = 0; i < header.SectionCount; i++)
        {
            if (SegmentLayout.IsDerived((SectionId)header.Sections[i].Id))
            {
                return true;
            }
        }

        return false;
    }

    private void WriteSection(SectionId id, int column)
    {
        if (SegmentLayout.IsOfColumn(id) && _orders[column] is { } order)
        {
            WriteOrdered(id, order);
            return;
        }

        switch (id)
        {
            case SectionId.Codes:
                Vectors(column, static (to, from, column, vector, _) =>
                    to.Write(MemoryMarshal.AsBytes(from.Codes(column, vector))));
                break;
            case SectionId.Scales:
                Vectors(column, static (to, from, column, vector, _) =>
                    to.Write(from.Side(column, vector).Scale));
                break;
            case SectionId.SquareSums:
                Vectors(column, static (to, from, column, vector, _) =>
                    to.Write(from.Side(column, vector).SquareSum));
                break;
            case SectionId.CodeSums:
                Vectors(column, static (to, from, column, vector, _) =>
                    to.Write(from.Side(column, vector).CodeSum));
                break;
            case SectionId.Owners:
                Vectors(column, static (to, _, _, _, newOrdinal) => to.Write((uint)newOrdinal));
                break;
            case SectionId.Vectors:
                WriteVectorPlaces(column);
                break;
            case SectionId.Keys:
                Rows(static (to, from, ordinal) => to.Write(from.Key(ordinal).Low));
                break;
            case SectionId.KeyHighs:
                Rows(static (to, from, ordinal) => to.Write(from.Key(ordinal).High));
                break;
            case SectionId.KeyKinds:
                Rows(static (to, from, ordinal) => to.Write((byte)(from.Key(ordinal).IsUuid ? 1 : 0)));
                break;
            case SectionId.KeyOrder:
                WriteKeyOrder();
                break;
            case SectionId.KeyFilter:
                WriteKeyFilter();
                break;
            case SectionId.PayloadOffsets:
                WritePayloadOffsets();
                break;
            case SectionId.Payloads:
                Rows(static (to, from, ordinal) => to.Write(from.Payload(ordinal)));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(id), id, "No such section is written.");
        }
    }

    private void WriteOrdered(SectionId id, ColumnOrder order)
    {
        switch (id)
        {
            case SectionId.Codes:
                _ordered.WriteCodes(order, _vectors[order.Column].Stride);
                break;
            case SectionId.Scales:
                _ordered.WriteSides(order, static side => side.Scale);
                break;
            case SectionId.SquareSums:
                _ordered.WriteSides(order, static side => side.SquareSum);
                break;
            case SectionId.CodeSums:
                _ordered.WriteSides(order, static side => side.CodeSum);
                break;
            case SectionId.Owners:
                _ordered.WriteOwners(order);
                break;
            default:
                _ordered.WriteVectors(order);
                break;
        }
    }

    private void Rows(RowAction action)
    {
        foreach (IRowSource source in _sources)
        {
            for (int i = 0; i < source.RowCount; i++)
            {
                if (source.IsLive(i))
                {
                    action(_writer, source, i);
                }
            }
        }
    }

    private void Vectors(int column, VectorAction action)
    {
        int newOrdinal = 0;
        foreach (IRowSource source in _sources)
        {
            for (int i = 0; i < source.RowCount; i++)
            {
                if (source.IsLive(i))
                {
                    int vector = source.VectorOf(column, i);
                    if (vector >= 0)
                    {
                        action(_writer, source, column, vector, newOrdinal);
                    }

                    newOrdinal++;
                }
            }
        }
    }

    private void WriteVectorPlaces(int column)
    {
        uint next = 0;
        Rows((to, from, ordinal) => to.Write(from.VectorOf(column, ordinal) < 0 ? uint.MaxValue : next++));
    }

    private void WritePayloadOffsets()
    {
        ulong end = 0;
        _writer.Write(end);
        Rows((to, from, ordinal) => to.Write(end += (ulong)from.PayloadLength(ordinal)));
    }

    private void WriteKeyFilter()
    {
        var filter = new ulong[KeyFilter.Words(_rows)];
        Rows((_, from, ordinal) => KeyFilter.Add(filter, from.Key(ordinal)));
        _writer.Write(MemoryMarshal.AsBytes<ulong>(filter));
    }

    /// <summary>
    /// Merges the sources' key orders: no sort of all keys, and no array of them. O(rows x sources).
    /// </summary>
    private void WriteKeyOrder()
    {
        var cursors = new KeyCursor[_sources.Count];
        int firstOrdinal = 0;
        for (int i = 0; i < cursors.Length; i++)
        {
            cursors[i] = new KeyCursor(_sources[i], firstOrdinal);
            firstOrdinal += _sources[i].LiveCount;
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

            _writer.Write((uint)next.NewOrdinal);
            next.MoveNext();
        }
    }
}
