using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// One of the two 4 KiB slots of the file <c>manifest</c>: the segments that a commit consists of. FORMAT.md
/// has the same table and a test compares them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct ManifestSlot
{
    internal const int SizeBytes = 4096;
    internal const uint VersionNewest = 2;

    /// <summary>"EDGEMANI" in ASCII, read as a little-endian number.</summary>
    internal const ulong MagicValue = 0x494E_414D_4547_4445;

    /// <summary>Tells a slot from any other bytes.</summary>
    [FieldOffset(0)]
    internal ulong Magic;

    /// <summary>Format version; readers accept 1 to <see cref="VersionNewest"/>.</summary>
    [FieldOffset(8)]
    internal uint Version;

    /// <summary>CRC-32C of <c>collection.json</c>.</summary>
    [FieldOffset(12)]
    internal uint DescriptorChecksum;

    /// <summary>The collection's random id.</summary>
    [FieldOffset(16)]
    internal ulong CollectionId;

    /// <summary>
    /// Number of the checkpoint, from 0 (created, no rows). Checkpoint n is in slot n % 2.
    /// </summary>
    [FieldOffset(24)]
    internal ulong Commit;

    /// <summary>The number that the next segment gets at the earliest.</summary>
    [FieldOffset(32)]
    internal uint NextNumber;

    /// <summary>Entries used in the segment table.</summary>
    [FieldOffset(36)]
    internal uint SegmentCount;

    /// <summary>
    /// Live rows of the checkpoint and 1 more, so that a collection can be described without its segments
    /// being read; 0 where an older EdgeSim did not say.
    /// </summary>
    [FieldOffset(40)]
    internal ulong LiveCountAndOne;

    /// <summary>
    /// First log with batches after this checkpoint; 0: whichever there are. Nothing in version 1, as the
    /// next five.
    /// </summary>
    [FieldOffset(48)]
    internal uint LogNumber;

    /// <summary>The state file; 0 when no row is dead and no payload index is declared.</summary>
    [FieldOffset(52)]
    internal uint StateNumber;

    /// <summary>The last batch whose rows are in the segments.</summary>
    [FieldOffset(56)]
    internal ulong Sequence;

    /// <summary>
    /// The last batch that the logs have for certain: they were flushed before this was written.
    /// </summary>
    [FieldOffset(64)]
    internal ulong Durable;

    /// <summary>Length of the state file.</summary>
    [FieldOffset(72)]
    internal uint StateBytes;

    /// <summary>The state file's checksum.</summary>
    [FieldOffset(76)]
    internal uint StateChecksum;

    /// <summary>
    /// The segments, oldest first. In version 1 a row of a later one replaces a row of the same key in an
    /// earlier one.
    /// </summary>
    [FieldOffset(128)]
    internal SegmentTable Segments;

    /// <summary>CRC-32C of the 4,092 bytes before it.</summary>
    [FieldOffset(4092)]
    internal uint SlotChecksum;

    /// <summary>Room for <see cref="IndexLimits.SegmentsMax"/> entries.</summary>
    [InlineArray(IndexLimits.SegmentsMax)]
    internal struct SegmentTable
    {
        private ManifestEntry _first;
    }

    /// <summary>The slot as the bytes of the file.</summary>
    internal static Span<byte> AsBytes(ref ManifestSlot slot)
        => MemoryMarshal.AsBytes(new Span<ManifestSlot>(ref slot));

    /// <summary>The checksum that <see cref="SlotChecksum"/> must hold.</summary>
    internal static uint ChecksumOf(ref ManifestSlot slot) => Crc32C.Of(AsBytes(ref slot)[..4092]);
}
