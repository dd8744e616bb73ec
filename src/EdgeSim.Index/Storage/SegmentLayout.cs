namespace EdgeSim.Index.Storage;

/// <summary>Where everything in a segment file goes: follows from its shape alone.</summary>
internal static class SegmentLayout
{
    /// <summary>Bytes under one checksum.</summary>
    internal const int BlockBytes = 64 << 10;

    /// <summary>
    /// Start of a section of a block or more: a multiple of the largest page (64 KiB) of any ARM64 kernel.
    /// </summary>
    internal const int LargeAlignment = 64 << 10;

    /// <summary>
    /// Start of a shorter section, so that a file of a few rows is a few pages on the disk.
    /// </summary>
    internal const int SmallAlignment = 4 << 10;

    /// <summary>The sections about a column, in file order, with the size of an element.</summary>
    internal static ReadOnlySpan<(SectionId Id, int ElementBytes)> OfColumn =>
    new (SectionId Id, int ElementBytes)[]
    {
        (SectionId.Codes, 1),
        (SectionId.Scales, 4),
        (SectionId.SquareSums, 4),
        (SectionId.CodeSums, 4),
        (SectionId.Owners, 4),
        (SectionId.Vectors, 4),
    };

    /// <summary>The sections about rows, behind those of the columns.</summary>
    internal static ReadOnlySpan<(SectionId Id, int ElementBytes)> OfRows =>
    new (SectionId Id, int ElementBytes)[]
    {
        (SectionId.Keys, 8),
        (SectionId.KeyHighs, 8),
        (SectionId.KeyKinds, 1),
        (SectionId.KeyOrder, 4),
        (SectionId.KeyFilter, 8),
        (SectionId.PayloadOffsets, 8),
        (SectionId.Payloads, 1),
    };

    /// <summary>Whether a section of a fixed length is about a column.</summary>
    internal static bool IsOfColumn(SectionId id)
    {
        foreach ((SectionId one, _) in OfColumn)
        {
            if (one == id)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Blocks of a section; the last one may be shorter.</summary>
    internal static long BlockCount(long bytes) => (bytes + BlockBytes - 1) / BlockBytes;

    /// <summary>
    /// A header with the sections of columns and rows. Those whose length is known only once they are written
    /// are appended then: payload indexes, checksums.
    /// </summary>
    internal static SegmentHeader Header(
        ulong collectionId, uint number, CollectionOptions options, SegmentShape shape)
    {
        SegmentHeader header = Empty(collectionId, number, options, shape.Rows);
        header.FileBytes = SegmentHeader.SizeBytes;
        for (int column = 0; column < options.Vectors.Count; column++)
        {
            foreach ((SectionId id, int elementBytes) in OfColumn)
            {
                Append(ref header, id, column, elementBytes, Bytes(id, column, shape, options));
            }
        }

        foreach ((SectionId id, int elementBytes) in OfRows)
        {
            Append(ref header, id, 0, elementBytes, Bytes(id, 0, shape, options));
        }

        return header;
    }

    /// <summary>A header without sections, length and checksums.</summary>
    internal static SegmentHeader Empty(ulong collectionId, uint number, CollectionOptions options, int rows)
        => new()
        {
            Magic = SegmentHeader.MagicValue,
            Version = SegmentHeader.VersionNewest,
            HeaderBytes = SegmentHeader.SizeBytes,
            CollectionId = collectionId,
            Number = number,
            Metric = (uint)options.Default.Metric,
            Dimension = (uint)options.Default.Dimension,
            Stride = (uint)options.Default.Stride,
            RowCount = (uint)rows,
            BlockBytes = BlockBytes,
            VectorCount = (uint)options.Vectors.Count,
        };

    /// <summary>Where a section of unknown length starts: it may be long.</summary>
    internal static long IndexOffset(in SegmentHeader header)
        => ((long)header.FileBytes + LargeAlignment - 1) / LargeAlignment * LargeAlignment;

    /// <summary>Notes the payload indexes, written where <see cref="IndexOffset"/> says.</summary>
    internal static void AppendIndexes(ref SegmentHeader header, long bytes)
        => AppendAt(ref header, SectionId.PayloadIndexes, 0, 1, bytes, IndexOffset(header));

    /// <summary>Notes a graph, written where <see cref="IndexOffset"/> says.</summary>
    internal static void AppendGraph(ref SegmentHeader header, int column, long bytes)
        => AppendAt(ref header, SectionId.Graph, column, 1, bytes, IndexOffset(header));

    /// <summary>Notes lists, written where <see cref="IndexOffset"/> says.</summary>
    internal static void AppendLists(ref SegmentHeader header, int column, long bytes)
        => AppendAt(ref header, SectionId.Lists, column, 1, bytes, IndexOffset(header));

    /// <summary>Notes curves, written where <see cref="IndexOffset"/> says.</summary>
    internal static void AppendCurves(ref SegmentHeader header, int column, long bytes)
        => AppendAt(ref header, SectionId.Curves, column, 1, bytes, IndexOffset(header));

    /// <summary>
    /// Whether a section leads a search to rows and follows from them: it is made anew when the file is
    /// rewritten, and damage to it costs speed and nothing else.
    /// </summary>
    internal static bool IsDerived(SectionId id)
        => id is SectionId.Lists or SectionId.Graph or SectionId.Product or SectionId.Bits
            or SectionId.Curves;

    /// <summary>Notes compressed codes, written where <see cref="IndexOffset"/> says.</summary>
    internal static void AppendCodes(ref SegmentHeader header, SectionId id, int column, long bytes)
        => AppendAt(ref header, id, column, 1, bytes, IndexOffset(header));

    /// <summary>Makes room for the checksums of all blocks, at the end.</summary>
    internal static void AppendChecksums(ref SegmentHeader header, int blocks)
        => Append(ref header, SectionId.Checksums, 0, sizeof(uint), (long)blocks * sizeof(uint));

    /// <summary>
    /// Whether a section that was read has the length that its segment's shape gives it; anything goes for
    /// those of later versions, and for those whose length nothing else states.
    /// </summary>
    internal static bool Fits(in SectionEntry entry, SegmentShape shape, CollectionOptions options)
    {
        foreach ((SectionId id, int elementBytes) in (ReadOnlySpan<(SectionId, int)>)[.. OfColumn, .. OfRows])
        {
            if (entry.Id == (uint)id)
            {
                return entry.ElementBytes == elementBytes
                    && entry.Column < options.Vectors.Count
                    && (id is SectionId.Payloads
                        || (long)entry.Bytes == FixedBytes(id, (int)entry.Column, shape, options));
            }
        }

        return true;
    }

    /// <summary>Puts a section behind the others; with negative bytes it is left out.</summary>
    private static void Append(
        ref SegmentHeader header, SectionId id, int column, int elementBytes, long bytes)
    {
        if (bytes >= 0)
        {
            long alignment = bytes >= BlockBytes ? LargeAlignment : SmallAlignment;
            long offset = ((long)header.FileBytes + alignment - 1) / alignment * alignment;
            AppendAt(ref header, id, column, elementBytes, bytes, offset);
        }
    }

    private static void AppendAt(
        ref SegmentHeader header, SectionId id, int column, int elementBytes, long bytes, long offset)
    {
        long blocks = 0;
        for (int i = 0; i < header.SectionCount; i++)
        {
            blocks += BlockCount((long)header.Sections[i].Bytes);
        }

        header.Sections[(int)header.SectionCount++] = new SectionEntry
        {
            Id = (uint)id,
            ElementBytes = (uint)elementBytes,
            Offset = (ulong)offset,
            Bytes = (ulong)bytes,
            FirstChecksum = id == SectionId.Checksums ? 0 : (uint)blocks,
            Column = (uint)column,
        };
        header.FileBytes = (ulong)(offset + bytes);
    }

    /// <summary>Length of a section; -1 where it is left out.</summary>
    private static long Bytes(
        SectionId id, int column, SegmentShape shape, CollectionOptions options) => id switch
        {
            SectionId.Owners or SectionId.Vectors when !shape.HasMaps(column) => -1,
            SectionId.KeyHighs or SectionId.KeyKinds when !shape.HasUuids => -1,
            SectionId.KeyFilter when shape.Rows < KeyFilter.RowsMin => -1,
            SectionId.Payloads => shape.PayloadBytes,
            _ => FixedBytes(id, column, shape, options),
        };

    private static long FixedBytes(
        SectionId id, int column, SegmentShape shape, CollectionOptions options) => id switch
        {
            SectionId.Codes => (long)shape.Vectors[column] * options.Vectors[column].Stride,
            SectionId.Scales or SectionId.SquareSums or SectionId.CodeSums or SectionId.Owners
                => (long)shape.Vectors[column] * sizeof(uint),
            SectionId.Vectors or SectionId.KeyOrder => (long)shape.Rows * sizeof(uint),
            SectionId.Keys or SectionId.KeyHighs => (long)shape.Rows * sizeof(ulong),
            SectionId.KeyKinds => shape.Rows,
            SectionId.KeyFilter => (long)KeyFilter.Words(shape.Rows) * sizeof(ulong),
            SectionId.PayloadOffsets => (shape.Rows + 1L) * sizeof(ulong),
            _ => throw new ArgumentOutOfRangeException(nameof(id), id, "No fixed length."),
        };
}
