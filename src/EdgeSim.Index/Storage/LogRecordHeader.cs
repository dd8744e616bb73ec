using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// What stands before the body of a log record: one batch. FORMAT.md has the same table and a test compares
/// them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct LogRecordHeader
{
    internal const int SizeBytes = 32;

    /// <summary>Records start at multiples of this.</summary>
    internal const int Alignment = 8;

    /// <summary>CRC-32C of the rest of the header and the body.</summary>
    [FieldOffset(0)]
    internal uint Checksum;

    /// <summary>Length of the body.</summary>
    [FieldOffset(4)]
    internal uint BodyBytes;

    /// <summary>Number of the batch; one more than that of the record before.</summary>
    [FieldOffset(8)]
    internal ulong Sequence;

    /// <summary>The last batch that was durable when this was written: that one cannot be missing.</summary>
    [FieldOffset(16)]
    internal ulong Durable;

    /// <summary>Points of the collection after this batch.</summary>
    [FieldOffset(24)]
    internal ulong LiveCount;
}
