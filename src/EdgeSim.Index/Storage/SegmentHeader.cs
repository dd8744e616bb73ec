using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The first 4 KiB of a segment file; FORMAT.md has the same table and a test compares them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct SegmentHeader
{
    internal const int SizeBytes = 4096;
    internal const int SectionsMax = 120;
    internal const uint VersionNewest = 2;

    /// <summary>"EDGESEGM" in ASCII, read as a little-endian number.</summary>
    internal const ulong MagicValue = 0x4D47_4553_4547_4445;

    /// <summary>Tells a segment from any other file.</summary>
    [FieldOffset(0)]
    internal ulong Magic;

    /// <summary>Format version; readers accept 1 to <see cref="VersionNewest"/>.</summary>
    [FieldOffset(8)]
    internal uint Version;

    /// <summary>4096: where the first section may start.</summary>
    [FieldOffset(12)]
    internal uint HeaderBytes;

    /// <summary>The collection's random id: a segment copied from elsewhere is noticed.</summary>
    [FieldOffset(16)]
    internal ulong CollectionId;

    /// <summary>The segment's number, as in its file name.</summary>
    [FieldOffset(24)]
    internal uint Number;

    /// <summary>A <see cref="Index.Metric"/>: that of the first vector, as the next two fields.</summary>
    [FieldOffset(28)]
    internal uint Metric;

    /// <summary>Components of a vector.</summary>
    [FieldOffset(32)]
    internal uint Dimension;

    /// <summary>Bytes from one row of codes to the next.</summary>
    [FieldOffset(36)]
    internal uint Stride;

    /// <summary>Rows in the file.</summary>
    [FieldOffset(40)]
    internal uint RowCount;

    /// <summary>Bytes under one checksum: 65,536.</summary>
    [FieldOffset(44)]
    internal uint BlockBytes;

    /// <summary>Length of the whole file.</summary>
    [FieldOffset(48)]
    internal ulong FileBytes;

    /// <summary>Entries used in the section table.</summary>
    [FieldOffset(56)]
    internal uint SectionCount;

    /// <summary>CRC-32C of the whole checksum section.</summary>
    [FieldOffset(60)]
    internal uint ChecksumsChecksum;

    /// <summary>Named vectors of a row; 0 in version 1, which had one.</summary>
    [FieldOffset(64)]
    internal uint VectorCount;

    /// <summary>The section table; unused entries are zero.</summary>
    [FieldOffset(128)]
    internal SectionTable Sections;

    /// <summary>CRC-32C of the 4,092 bytes before it.</summary>
    [FieldOffset(4092)]
    internal uint HeaderChecksum;

    /// <summary>Room for <see cref="SectionsMax"/> entries.</summary>
    [InlineArray(SectionsMax)]
    internal struct SectionTable
    {
        private SectionEntry _first;
    }

    /// <summary>The header as the bytes of the file.</summary>
    internal static Span<byte> AsBytes(ref SegmentHeader header)
        => MemoryMarshal.AsBytes(new Span<SegmentHeader>(ref header));

    /// <summary>The checksum that <see cref="HeaderChecksum"/> must hold.</summary>
    internal static uint ChecksumOf(ref SegmentHeader header) => Crc32C.Of(AsBytes(ref header)[..4092]);
}
