using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Where everything in a segment file goes: follows from the number of rows and of payload bytes alone.
/// </summary>
internal static class SegmentLayout
{
    /// <summary>Bytes under one checksum.</summary>
    internal const int BlockBytes = 64 << 10;

    /// <summary>
    /// Start of a section of a block or more: a multiple of the largest page (64 KiB) of any ARM64 kernel.
    /// </summary>
    internal const int LargeAlignment = 64 << 10;

    /// <summary>
    /// Start of a shorter section, so that a commit of a few rows is a few pages on the disk.
    /// </summary>
    internal const int SmallAlignment = 4 << 10;

    /// <summary>The sections that version 1 writes, in file order, with the size of an element.</summary>
    internal static ReadOnlySpan<(SectionId Id, int ElementBytes)> Sections =>
    new (SectionId Id, int ElementBytes)[]
    {
        (SectionId.Codes, 1),
        (SectionId.Scales, 4),
        (SectionId.SquareSums, 4),
        (SectionId.CodeSums, 4),
        (SectionId.Keys, 8),
        (SectionId.KeyOrder, 4),
        (SectionId.PayloadOffsets, 8),
        (SectionId.Payloads, 1),
        (SectionId.Checksums, 4),
    };

    /// <summary>Blocks of a section; the last one may be shorter.</summary>
    internal static long BlockCount(long bytes) => (bytes + BlockBytes - 1) / BlockBytes;

    /// <summary>A header with everything but the two checksums.</summary>
    internal static SegmentHeader Header(
        ulong collectionId, uint number, CollectionOptions options, int rows, long payloadBytes)
    {
        int stride = RowQuantizer.Stride(options.Dimension);
        var header = new SegmentHeader
        {
            Magic = SegmentHeader.MagicValue,
            Version = SegmentHeader.VersionNewest,
            HeaderBytes = SegmentHeader.SizeBytes,
            CollectionId = collectionId,
            Number = number,
            Metric = (uint)options.Metric,
            Dimension = (uint)options.Dimension,
            Stride = (uint)stride,
            RowCount = (uint)rows,
            BlockBytes = BlockBytes,
            SectionCount = (uint)Sections.Length,
        };
        long end = SegmentHeader.SizeBytes;
        long blocks = 0;
        for (int i = 0; i < Sections.Length; i++)
        {
            (SectionId id, int elementBytes) = Sections[i];
            long bytes = id switch
            {
                SectionId.Payloads => payloadBytes,
                SectionId.Checksums => blocks * sizeof(uint),
                _ => FixedBytes(id, elementBytes, rows, stride),
            };
            long alignment = bytes >= BlockBytes ? LargeAlignment : SmallAlignment;
            long offset = (end + alignment - 1) / alignment * alignment;
            header.Sections[i] = new SectionEntry
            {
                Id = (uint)id,
                ElementBytes = (uint)elementBytes,
                Offset = (ulong)offset,
                Bytes = (ulong)bytes,
                FirstChecksum = id == SectionId.Checksums ? 0 : (uint)blocks,
            };
            blocks += id == SectionId.Checksums ? 0 : BlockCount(bytes);
            end = offset + bytes;
        }

        header.FileBytes = (ulong)end;
        return header;
    }

    /// <summary>Length of a section whose length follows from the rows; -1 for the others.</summary>
    internal static long FixedBytes(SectionId id, int elementBytes, int rows, int stride) => id switch
    {
        SectionId.Codes => (long)rows * stride,
        SectionId.PayloadOffsets => (rows + 1L) * elementBytes,
        SectionId.Payloads or SectionId.Checksums => -1,
        _ => (long)rows * elementBytes,
    };
}
