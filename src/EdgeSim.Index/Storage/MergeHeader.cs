using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The first 64 bytes of a merge file; FORMAT.md has the same table and a test compares them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct MergeHeader
{
    internal const int SizeBytes = 64;
    internal const uint VersionNewest = 2;

    /// <summary>"EDGEMERG" in ASCII, read as a little-endian number.</summary>
    internal const ulong MagicValue = 0x4752_454D_4547_4445;

    /// <summary>Tells a merge file from any other.</summary>
    [FieldOffset(0)]
    internal ulong Magic;

    /// <summary>Format version: merge files came with version 2 of the collection.</summary>
    [FieldOffset(8)]
    internal uint Version;

    /// <summary>Number of the segment that is being made, as in the name.</summary>
    [FieldOffset(12)]
    internal uint Number;

    /// <summary>The collection's random id.</summary>
    [FieldOffset(16)]
    internal ulong CollectionId;

    /// <summary>Segments that are merged; their numbers follow the header.</summary>
    [FieldOffset(24)]
    internal uint SourceCount;

    /// <summary>Pages of dead rows that follow those, 520 bytes each.</summary>
    [FieldOffset(28)]
    internal uint PageCount;

    /// <summary>Payload indexes that follow those.</summary>
    [FieldOffset(32)]
    internal uint FieldCount;

    /// <summary>
    /// What the order of the vectors follows from beside the rows; 0: they are in the order of the rows.
    /// </summary>
    [FieldOffset(36)]
    internal uint Order;

    /// <summary>Whatever was written below this offset of the new segment is durable.</summary>
    [FieldOffset(40)]
    internal ulong DurableBytes;

    /// <summary>Zero.</summary>
    [FieldOffset(48)]
    internal ulong Reserved2;

    /// <summary>Zero.</summary>
    [FieldOffset(56)]
    internal uint Reserved3;

    /// <summary>CRC-32C of the 60 bytes before it and of everything behind the header.</summary>
    [FieldOffset(60)]
    internal uint FileChecksum;
}
