using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The checks that a segment file passes before anything in it is believed, in this order: length, magic,
/// version, header checksum, stated length, identity, bounds of every section, checksum of the checksums.
/// Each has its own message.
/// </summary>
internal static class SegmentOpener
{
    /// <summary>
    /// Maps and checks a segment. Reads the header and the checksum section: 4 KiB and 4 bytes per 64 KiB.
    /// </summary>
    /// <exception cref="IndexCorruptException">Missing, short or damaged.</exception>
    /// <exception cref="IndexFormatException">
    /// Not a segment, of a newer version, or of another collection.
    /// </exception>
    internal static Segment Open(
        DurableFiles files,
        string path,
        ulong collectionId,
        CollectionOptions options,
        in ManifestEntry entry)
    {
        MappedFile? map = null;
        try
        {
            map = files.Map(path, SegmentHeader.SizeBytes, out long bytes)
                ?? throw new IndexCorruptException(
                    path,
                    null,
                    $"the file has {bytes} bytes, fewer than the {SegmentHeader.SizeBytes} of its header");
            SegmentHeader header = ReadHeader(map, path);
            CheckIdentity(ref header, path, collectionId, options, entry);
            CheckSections(ref header, path, options);
            CheckChecksums(map, ref header, path);
            return new Segment(map, path, ref header, options);
        }
        catch (FileNotFoundException missing)
        {
            throw new IndexCorruptException(path, null, "the file is missing", missing);
        }
        catch
        {
            map?.Dispose();
            throw;
        }
    }

    private static unsafe SegmentHeader ReadHeader(MappedFile map, string path)
    {
        var header = MemoryMarshal.Read<SegmentHeader>(
            new ReadOnlySpan<byte>((void*)map.Address, SegmentHeader.SizeBytes));
        if (header.Magic != SegmentHeader.MagicValue)
        {
            throw new IndexFormatException(
                path,
                0,
                "the file does not begin like an EdgeSim segment",
                "Restore the file that belongs here from a copy.");
        }

        if (header.Version is 0 or > SegmentHeader.VersionNewest)
        {
            throw new IndexFormatException(
                path,
                8,
                $"the file has format version {header.Version}; "
                + $"this EdgeSim reads versions 1 to {SegmentHeader.VersionNewest}",
                "Use the EdgeSim that wrote it, or a newer one.");
        }

        uint found = SegmentHeader.ChecksumOf(ref header);
        if (found != header.HeaderChecksum)
        {
            throw new IndexCorruptException(
                path, 4092, $"the checksum of the header is {found:x8}, not {header.HeaderChecksum:x8}");
        }

        if ((ulong)map.Bytes != header.FileBytes)
        {
            throw new IndexCorruptException(
                path,
                null,
                $"the file has {map.Bytes} bytes, not the {header.FileBytes} that its header states");
        }

        return header;
    }

    internal static void CheckIdentity(
        ref SegmentHeader header,
        string path,
        ulong collectionId,
        CollectionOptions options,
        in ManifestEntry entry)
    {
        if (header.CollectionId != collectionId)
        {
            throw new IndexFormatException(
                path,
                16,
                "the file belongs to another collection",
                "Restore the file that belongs here from a copy.");
        }

        if (header.HeaderChecksum != entry.HeaderChecksum || header.Number != entry.Number)
        {
            throw new IndexCorruptException(
                path, 0, "the file is not the one that was committed under this name");
        }

        if (header.Dimension != options.Default.Dimension
            || header.Metric != (uint)options.Default.Metric
            || header.Stride != options.Default.Stride
            || (header.Version == 1 ? 1 : header.VectorCount) != options.Vectors.Count
            || header.RowCount is 0 or > IndexLimits.SegmentRowsMax
            || header.BlockBytes != SegmentLayout.BlockBytes
            || header.SectionCount > SegmentHeader.SectionsMax)
        {
            throw new IndexCorruptException(path, 28, "the header does not fit the collection it belongs to");
        }
    }

    internal static void CheckSections(ref SegmentHeader header, string path, CollectionOptions options)
    {
        SectionEntry checksums = Find(header, SectionId.Checksums, path);
        SegmentShape shape = ShapeOf(ref header, path, options);
        for (int i = 0; i < header.SectionCount; i++)
        {
            SectionEntry entry = header.Sections[i];
            bool outside = entry.Offset < SegmentHeader.SizeBytes
                || entry.Offset % SegmentLayout.SmallAlignment != 0
                || entry.Bytes > header.FileBytes
                || entry.Offset > header.FileBytes - entry.Bytes;
            long lastChecksum = entry.FirstChecksum + SegmentLayout.BlockCount(
                outside ? 0 : (long)entry.Bytes);
            if (!SegmentLayout.Fits(entry, shape, options))
            {
                throw new IndexCorruptException(
                    path,
                    (long)entry.Offset,
                    $"section {(SectionId)entry.Id} has a length that does not fit the rows");
            }

            if (outside || (
                entry.Id != (uint)SectionId.Checksums && lastChecksum * sizeof(uint) > (long)checksums.Bytes))
            {
                throw new IndexCorruptException(
                    path,
                    128 + (i * SectionEntry.SizeBytes),
                    $"section {entry.Id} lies outside the file or its checksums");
            }
        }
    }

    /// <summary>What the header says of the sizes of the sections, for comparison with them.</summary>
    private static SegmentShape ShapeOf(ref SegmentHeader header, string path, CollectionOptions options)
    {
        int rows = (int)header.RowCount;
        var vectors = new int[options.Vectors.Count];
        for (int column = 0; column < vectors.Length; column++)
        {
            ulong count = Find(header, SectionId.Scales, path, column).Bytes / sizeof(float);
            bool hasMaps = TryFind(header, SectionId.Owners, column, out _)
                && TryFind(header, SectionId.Vectors, column, out _);
            if (count > (ulong)rows || (count < (ulong)rows && !hasMaps))
            {
                throw new IndexCorruptException(
                    path, 128, $"there are {count} vectors {column} for {rows} rows");
            }

            vectors[column] = (int)count;
            _ = Find(header, SectionId.Codes, path, column);
            _ = Find(header, SectionId.SquareSums, path, column);
            _ = Find(header, SectionId.CodeSums, path, column);
        }

        ReadOnlySpan<SectionId> needed =
            [SectionId.Keys, SectionId.KeyOrder, SectionId.PayloadOffsets, SectionId.Payloads];
        foreach (SectionId id in needed)
        {
            _ = Find(header, id, path);
        }

        bool hasUuids = TryFind(header, SectionId.KeyHighs, 0, out _);
        if (hasUuids != TryFind(header, SectionId.KeyKinds, 0, out _))
        {
            throw new IndexCorruptException(path, 128, "one of the two sections of UUID keys is missing");
        }

        return new SegmentShape(rows, vectors, hasUuids, 0);
    }

    private static unsafe void CheckChecksums(MappedFile map, ref SegmentHeader header, string path)
    {
        SectionEntry entry = Find(header, SectionId.Checksums, path);
        uint found = Crc32C.Of(
            new ReadOnlySpan<byte>((byte*)map.Address + entry.Offset, checked((int)entry.Bytes)));
        if (found != header.ChecksumsChecksum)
        {
            throw new IndexCorruptException(
                path,
                (long)entry.Offset,
                $"the checksum of the checksum section is {found:x8}, not {header.ChecksumsChecksum:x8}");
        }
    }

    /// <summary>The entry of a section that must be there.</summary>
    internal static SectionEntry Find(in SegmentHeader header, SectionId id, string path, int column = 0)
        => TryFind(header, id, column, out SectionEntry entry)
            ? entry
            : throw new IndexCorruptException(path, 128, $"section {id} is not in the section table");

    private static bool TryFind(in SegmentHeader header, SectionId id, int column, out SectionEntry entry)
    {
        for (int i = 0; i < header.SectionCount; i++)
        {
            entry = header.Sections[i];
            if (entry.Id == (uint)id && entry.Column == (uint)column)
            {
                return true;
            }
        }

        entry = default;
        return false;
    }
}
