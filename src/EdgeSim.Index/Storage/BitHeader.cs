using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The first 64 bytes of a section of one-bit codes; FORMAT.md has the same table and a test compares them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct BitHeader
{
    internal const int SizeBytes = 64;
    internal const uint VersionNewest = 1;

    /// <summary>"EDGEBITS" in ASCII, read as a little-endian number.</summary>
    internal const ulong MagicValue = 0x5354_4942_4547_4445;

    /// <summary>Tells one-bit codes from anything else.</summary>
    [FieldOffset(0)]
    internal ulong Magic;

    /// <summary>Format version of the section.</summary>
    [FieldOffset(8)]
    internal uint Version;

    /// <summary>Vectors of the column.</summary>
    [FieldOffset(12)]
    internal uint VectorCount;

    /// <summary>Lists of the column; 0: it has none, and the section its mean.</summary>
    [FieldOffset(16)]
    internal uint ListCount;

    /// <summary>Components of a vector.</summary>
    [FieldOffset(20)]
    internal uint Dimension;

    /// <summary>Components of a rotated vector: bits of a code.</summary>
    [FieldOffset(24)]
    internal uint Length;

    /// <summary>Numbers beside the bits of a vector: 4 for dot, otherwise 3.</summary>
    [FieldOffset(28)]
    internal uint SideCount;

    /// <summary>Seed of the rotation.</summary>
    [FieldOffset(32)]
    internal ulong Seed;

    /// <summary>Where the codes start.</summary>
    [FieldOffset(40)]
    internal ulong CodesOffset;

    /// <summary>Zero.</summary>
    [FieldOffset(48)]
    internal ulong Reserved;

    /// <summary>Zero.</summary>
    [FieldOffset(56)]
    internal ulong Reserved2;
}
