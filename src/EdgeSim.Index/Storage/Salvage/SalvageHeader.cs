using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// The header of a segment file that may be damaged. Where the header itself does not hold, the layout is
/// made again from what else is known (it follows from a few numbers), and believed when the checksums in the
/// file fit the places it gives to the blocks: one that does is no accident but once in 2^32.
/// </summary>
internal static class SalvageHeader
{
    /// <summary>
    /// Reads the header, or finds it again; null, with the reasons noted, where neither can be.
    /// </summary>
    /// <exception cref="IndexFormatException">Of a newer version.</exception>
    internal static SegmentHeader? Find(
        SafeFileHandle file,
        string path,
        ulong collectionId,
        CollectionOptions options,
        ManifestEntry? entry,
        ProblemList problems)
    {
        long bytes = RandomAccess.GetLength(file);
        SegmentHeader header = default;
        bool isRead = bytes >= SegmentHeader.SizeBytes
            && SalvageBytes.TryRead(file, SegmentHeader.AsBytes(ref header), 0);
        if (bytes < SegmentHeader.SizeBytes)
        {
            problems.Error(
                path,
                null,
                $"the file has {bytes} bytes, fewer than the {SegmentHeader.SizeBytes} of its header");
            return null;
        }

        if (!IsWhole(ref header) || !isRead)
        {
            problems.Error(path, isRead ? WhereWrong(header) : 0, "the header is not as it was written");
            return Guess(file, bytes, header, collectionId, options, entry, NumberOf(path));
        }

        return Checked(header, bytes, path, collectionId, options, entry, problems);
    }

    /// <summary>Whether a header has the checksum it states.</summary>
    internal static bool IsWhole(ref SegmentHeader header)
        => header.Magic == SegmentHeader.MagicValue
            && SegmentHeader.ChecksumOf(ref header) == header.HeaderChecksum;

    /// <summary>The header of a file, if it is whole.</summary>
    internal static SegmentHeader? TryRead(string path)
    {
        using SafeFileHandle? file = SalvageBytes.TryOpen(path, new ProblemList());
        SegmentHeader header = default;
        return file is not null
            && SalvageBytes.TryRead(file, SegmentHeader.AsBytes(ref header), 0)
            && IsWhole(ref header)
            ? header
            : null;
    }

    /// <summary>The checksums of all blocks; those that cannot be read are missing.</summary>
    /// <param name="file">Where they are read; null: in the mapping.</param>
    /// <param name="map">The file.</param>
    /// <param name="header">Its header.</param>
    /// <param name="isWhole">
    /// Whether they have the checksum that the header states. Each is of use without: a block that fits its
    /// checksum shows that both are whole.
    /// </param>
    internal static unsafe uint?[] Checksums(
        SafeFileHandle? file, MappedFile map, in SegmentHeader header, out bool isWhole)
    {
        SectionEntry entry = SegmentOpener.Find(header, SectionId.Checksums, "");
        byte[] bytes = new byte[entry.Bytes];
        var checksums = new uint?[entry.Bytes / sizeof(uint)];
        const int PieceBytes = 4096;
        for (int at = 0; at < bytes.Length; at += PieceBytes)
        {
            Span<byte> piece = bytes.AsSpan(at, Math.Min(PieceBytes, bytes.Length - at));
            long offset = (long)entry.Offset + at;
            if (file is null)
            {
                new ReadOnlySpan<byte>((byte*)map.Address + offset, piece.Length).CopyTo(piece);
            }
            else if (!SalvageBytes.TryRead(file, piece, offset))
            {
                continue;
            }

            for (int i = 0; i < piece.Length / sizeof(uint); i++)
            {
                checksums[(at / sizeof(uint)) + i] = MemoryMarshal.Cast<byte, uint>(piece)[i];
            }
        }

        isWhole = Crc32C.Of(bytes) == header.ChecksumsChecksum;
        return checksums;
    }

    private static SegmentHeader? Checked(
        SegmentHeader header,
        long bytes,
        string path,
        ulong collectionId,
        CollectionOptions options,
        ManifestEntry? entry,
        ProblemList problems)
    {
        if (header.Version is 0 or > SegmentHeader.VersionNewest)
        {
            throw new IndexFormatException(
                path,
                8,
                $"the file has format version {header.Version}; "
                + $"this EdgeSim reads versions 1 to {SegmentHeader.VersionNewest}",
                "Use the EdgeSim that wrote it, or a newer one.");
        }

        try
        {
            ManifestEntry expected = entry ?? new ManifestEntry
            {
                Number = NumberOf(path), HeaderChecksum = header.HeaderChecksum,
            };
            SegmentOpener.CheckIdentity(ref header, path, collectionId, options, expected);
            SegmentOpener.CheckSections(ref header, path, options);
        }
        catch (IndexException wrong)
        {
            problems.Error(wrong);
            return null;
        }

        if ((ulong)bytes != header.FileBytes)
        {
            problems.Error(
                path,
                null,
                $"the file has {bytes} bytes, not the {header.FileBytes} that its header states");
        }

        return header;
    }

    /// <summary>The first field whose value cannot be, or where the checksum stands.</summary>
    private static long WhereWrong(in SegmentHeader header)
        => header.Magic != SegmentHeader.MagicValue ? 0
            : header.Version is 0 or > SegmentHeader.VersionNewest ? 8
            : 4092;

    private static uint NumberOf(string path)
    {
        _ = OrphanFiles.TryNumber(Path.GetFileName(path), OrphanFiles.Prefix, out uint number);
        return number;
    }

    private static SegmentHeader? Guess(
        SafeFileHandle file,
        long bytes,
        SegmentHeader found,
        ulong collectionId,
        CollectionOptions options,
        ManifestEntry? entry,
        uint number)
    {
        var candidates = new List<SegmentHeader> { found };
        foreach (uint rows in new[] { entry?.RowCount ?? 0, found.RowCount })
        {
            if (rows is > 0 and <= IndexLimits.SegmentRowsMax)
            {
                candidates.AddRange(Layouts(file, bytes, (int)rows, collectionId, number, options));
            }
        }

        SegmentHeader? best = null;
        int most = 0;
        foreach (SegmentHeader candidate in candidates)
        {
            SegmentHeader header = candidate;
            header.FileBytes = (ulong)bytes;
            int fits = Fits(file, ref header, options);
            if (fits > most)
            {
                most = fits;
                best = header;
            }
        }

        return best;
    }

    /// <summary>
    /// The layouts that a file of so many rows and bytes can have, every row with all vectors.
    /// </summary>
    private static IEnumerable<SegmentHeader> Layouts(
        SafeFileHandle file, long bytes, int rows, ulong collectionId, uint number, CollectionOptions options)
    {
        int[] vectors = [.. options.Vectors.Select(_ => rows)];
        foreach ((bool hasUuids, bool isReordered) in
            new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            var shape = new SegmentShape(rows, vectors, hasUuids, 0)
            {
                IsReordered = Array.ConvertAll(vectors, _ => isReordered),
            };
            SegmentHeader header = SegmentLayout.Header(collectionId, number, options, shape);
            SectionEntry offsets = SegmentOpener.Find(header, SectionId.PayloadOffsets, "");
            ulong payloads = 0;
            if (!SalvageBytes.TryRead(
                    file,
                    MemoryMarshal.AsBytes(new Span<ulong>(ref payloads)),
                    (long)(offsets.Offset + offsets.Bytes) - sizeof(ulong))
                || payloads > (ulong)bytes)
            {
                continue;
            }

            header = SegmentLayout.Header(
                collectionId, number, options, shape with { PayloadBytes = (long)payloads });
            int blocks = (int)Enumerable.Range(0, (int)header.SectionCount)
                .Sum(i => SegmentLayout.BlockCount((long)header.Sections[i].Bytes));
            SegmentHeader without = header;
            SegmentLayout.AppendChecksums(ref without, blocks);
            if (without.FileBytes == (ulong)bytes)
            {
                yield return without;
                continue;
            }

            // Sections of unknown length, payload indexes and those of searches, lie between the payloads
            // and the checksums, which end the file: they are passed over, and what their length leaves
            // open is where the checksums start.
            long room = bytes - SegmentLayout.IndexOffset(header);
            for (int more = 1; more <= SegmentLayout.BlockCount(Math.Max(room, 0)); more++)
            {
                long start = bytes - ((long)(blocks + more) * sizeof(uint));
                long length = Math.Min(
                    (long)more * SegmentLayout.BlockBytes, start - SegmentLayout.IndexOffset(header));
                if (start % SegmentLayout.SmallAlignment == 0 && length > 0
                    && SegmentLayout.BlockCount(length) == more)
                {
                    SegmentHeader with = header;
                    SegmentLayout.AppendChecksums(ref with, blocks + more);
                    with.Sections[(int)with.SectionCount - 1].Offset = (ulong)start;
                    yield return with;
                }
            }
        }
    }

    /// <summary>
    /// How many sections begin with a block that has its checksum; 0 where the layout cannot be.
    /// </summary>
    private static int Fits(SafeFileHandle file, ref SegmentHeader header, CollectionOptions options)
    {
        try
        {
            if (header.RowCount is 0 or > IndexLimits.SegmentRowsMax
                || header.SectionCount > SegmentHeader.SectionsMax)
            {
                return 0;
            }

            SegmentOpener.CheckSections(ref header, "", options);
        }
        catch (IndexException)
        {
            return 0;
        }

        SectionEntry checksums = SegmentOpener.Find(header, SectionId.Checksums, "");
        byte[] buffer = new byte[SegmentLayout.BlockBytes];
        int fits = 0;
        for (int i = 0; i < header.SectionCount; i++)
        {
            SectionEntry entry = header.Sections[i];
            Span<byte> block = buffer.AsSpan(0, (int)Math.Min((ulong)buffer.Length, entry.Bytes));
            uint stated = 0;
            if (entry.Id != (uint)SectionId.Checksums
                && !block.IsEmpty
                && SalvageBytes.TryRead(file, block, (long)entry.Offset)
                && SalvageBytes.TryRead(
                    file,
                    MemoryMarshal.AsBytes(new Span<uint>(ref stated)),
                    (long)checksums.Offset + (entry.FirstChecksum * sizeof(uint)))
                && Crc32C.Of(block) == stated)
            {
                fits++;
            }
        }

        return fits;
    }
}
