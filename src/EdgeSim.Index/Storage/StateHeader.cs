using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The first 64 bytes of a state file; FORMAT.md has the same table and a test compares them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct StateHeader
{
    internal const int SizeBytes = 64;
    internal const uint VersionNewest = 2;

    /// <summary>"EDGESTAT" in ASCII, read as a little-endian number.</summary>
    internal const ulong MagicValue = 0x5441_5453_4547_4445;

    /// <summary>Tells a state file from any other.</summary>
    [FieldOffset(0)]
    internal ulong Magic;

    /// <summary>Format version: state files came with version 2 of the collection.</summary>
    [FieldOffset(8)]
    internal uint Version;

    /// <summary>The file's number, as in its name.</summary>
    [FieldOffset(12)]
    internal uint Number;

    /// <summary>The collection's random id.</summary>
    [FieldOffset(16)]
    internal ulong CollectionId;

    /// <summary>Entries that follow the header, 520 bytes each.</summary>
    [FieldOffset(24)]
    internal uint PageCount;

    /// <summary>Payload indexes that follow those.</summary>
    [FieldOffset(28)]
    internal uint FieldCount;

    /// <summary>Zero.</summary>
    [FieldOffset(32)]
    internal ulong Reserved;

    /// <summary>Zero.</summary>
    [FieldOffset(40)]
    internal ulong Reserved2;

    /// <summary>Zero.</summary>
    [FieldOffset(48)]
    internal ulong Reserved3;

    /// <summary>Zero.</summary>
    [FieldOffset(56)]
    internal uint Reserved4;

    /// <summary>CRC-32C of the 60 bytes before it and of everything behind the header.</summary>
    [FieldOffset(60)]
    internal uint FileChecksum;
}
