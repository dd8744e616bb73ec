using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The first 64 bytes of a log file; FORMAT.md has the same table and a test compares them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct LogHeader
{
    internal const int SizeBytes = 64;
    internal const uint VersionNewest = 2;

    /// <summary>"EDGELOGF" in ASCII, read as a little-endian number.</summary>
    internal const ulong MagicValue = 0x4647_4F4C_4547_4445;

    /// <summary>Tells a log from any other file.</summary>
    [FieldOffset(0)]
    internal ulong Magic;

    /// <summary>Format version: logs came with version 2 of the collection.</summary>
    [FieldOffset(8)]
    internal uint Version;

    /// <summary>The log's number, as in its file name.</summary>
    [FieldOffset(12)]
    internal uint Number;

    /// <summary>The collection's random id.</summary>
    [FieldOffset(16)]
    internal ulong CollectionId;

    /// <summary>
    /// Sequence of its first record. Records of earlier logs from this number on do not count: they belong to
    /// writes that were reported as failed.
    /// </summary>
    [FieldOffset(24)]
    internal ulong FirstSequence;

    /// <summary>The last batch that was durable when the log was made.</summary>
    [FieldOffset(32)]
    internal ulong Durable;

    /// <summary>Zero.</summary>
    [FieldOffset(40)]
    internal ulong Reserved;

    /// <summary>Zero.</summary>
    [FieldOffset(48)]
    internal ulong Reserved2;

    /// <summary>Zero.</summary>
    [FieldOffset(56)]
    internal uint Reserved3;

    /// <summary>CRC-32C of the 60 bytes before it.</summary>
    [FieldOffset(60)]
    internal uint HeaderChecksum;

    /// <summary>The header as the bytes of the file.</summary>
    internal static Span<byte> AsBytes(ref LogHeader header)
        => MemoryMarshal.AsBytes(new Span<LogHeader>(ref header));

    /// <summary>The checksum that <see cref="HeaderChecksum"/> must hold.</summary>
    internal static uint ChecksumOf(ref LogHeader header) => Crc32C.Of(AsBytes(ref header)[..60]);
}
