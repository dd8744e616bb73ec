using System.Runtime.InteropServices;

namespace EdgeSim.Index.Search.Lists;

/// <summary>
/// The first 64 bytes of a lists section; FORMAT.md has the same table and a test compares them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct ListsHeader
{
    internal const int SizeBytes = 64;
    internal const uint VersionNewest = 1;

    /// <summary>"EDGELIST" in ASCII, read as a little-endian number.</summary>
    internal const ulong MagicValue = 0x5453_494C_4547_4445;

    /// <summary>Tells lists from anything else.</summary>
    [FieldOffset(0)]
    internal ulong Magic;

    /// <summary>Format version of the section.</summary>
    [FieldOffset(8)]
    internal uint Version;

    /// <summary>Lists, none of them empty.</summary>
    [FieldOffset(12)]
    internal uint ListCount;

    /// <summary>Vectors of the column.</summary>
    [FieldOffset(16)]
    internal uint VectorCount;

    /// <summary>Components of a centroid.</summary>
    [FieldOffset(20)]
    internal uint Dimension;

    /// <summary>Bytes from centroid to centroid of their codes.</summary>
    [FieldOffset(24)]
    internal uint Stride;

    /// <summary>Vectors of the longest list.</summary>
    [FieldOffset(28)]
    internal uint LongestList;

    /// <summary>Seed of the training.</summary>
    [FieldOffset(32)]
    internal ulong Seed;

    /// <summary>Zero.</summary>
    [FieldOffset(40)]
    internal ulong Reserved;

    /// <summary>Zero.</summary>
    [FieldOffset(48)]
    internal ulong Reserved2;

    /// <summary>Zero.</summary>
    [FieldOffset(56)]
    internal ulong Reserved3;

    /// <summary>Where the five tables of a number a list begin.</summary>
    internal const int TablesOffset = SizeBytes;

    /// <summary>Numbers of a list in the tables.</summary>
    internal const int TableCount = 5;

    /// <summary>Where the codes of the centroids begin: at a multiple of 64.</summary>
    internal static long CodesOffset(long lists)
        => (TablesOffset + (TableCount * sizeof(float) * lists) + 63) / 64 * 64;

    /// <summary>Where the centroids begin.</summary>
    internal static long CentroidsOffset(long lists, int stride) => CodesOffset(lists) + (lists * stride);

    /// <summary>Length of the section.</summary>
    internal static long Length(long lists, int stride, int dimension)
        => CentroidsOffset(lists, stride) + (lists * dimension * sizeof(float));
}
