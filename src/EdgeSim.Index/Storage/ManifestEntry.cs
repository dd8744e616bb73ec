using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>One segment in a manifest slot; FORMAT.md has the same table and a test compares them.</summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct ManifestEntry
{
    internal const int SizeBytes = 32;

    /// <summary>The segment's number; its file is <c>segment-</c> and ten digits.</summary>
    [FieldOffset(0)]
    internal uint Number;

    /// <summary>Rows in the file.</summary>
    [FieldOffset(4)]
    internal uint RowCount;

    /// <summary>Length of the file.</summary>
    [FieldOffset(8)]
    internal ulong FileBytes;

    /// <summary>
    /// The header checksum that the file must have: a swapped or older file of that name is noticed.
    /// </summary>
    [FieldOffset(16)]
    internal uint HeaderChecksum;

    /// <summary>Zero.</summary>
    [FieldOffset(20)]
    internal uint Reserved;

    /// <summary>Zero.</summary>
    [FieldOffset(24)]
    internal ulong Reserved2;
}
