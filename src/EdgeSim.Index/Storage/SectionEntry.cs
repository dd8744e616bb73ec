using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// One line of a segment header's section table; FORMAT.md has the same table and a test compares them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct SectionEntry
{
    internal const int SizeBytes = 32;

    /// <summary>A <see cref="SectionId"/>; a reader passes over ids that it does not know.</summary>
    [FieldOffset(0)]
    internal uint Id;

    /// <summary>Size of one element, 1 for bytes.</summary>
    [FieldOffset(4)]
    internal uint ElementBytes;

    /// <summary>Where the section starts in the file.</summary>
    [FieldOffset(8)]
    internal ulong Offset;

    /// <summary>Its length, without the padding behind it.</summary>
    [FieldOffset(16)]
    internal ulong Bytes;

    /// <summary>
    /// Index of its first block's checksum in the checksum section; 0 for the checksum section itself.
    /// </summary>
    [FieldOffset(24)]
    internal uint FirstChecksum;

    /// <summary>Which of the collection's vectors, from 0; 0 for sections about whole rows.</summary>
    [FieldOffset(28)]
    internal uint Column;
}
