using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The first 64 bytes of a section of product codes; FORMAT.md has the same table and a test compares them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct ProductHeader
{
    internal const int SizeBytes = 64;
    internal const uint VersionNewest = 1;

    /// <summary>"EDGEPROD" in ASCII, read as a little-endian number.</summary>
    internal const ulong MagicValue = 0x444F_5250_4547_4445;

    /// <summary>Tells product codes from anything else.</summary>
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

    /// <summary>Codes of a vector.</summary>
    [FieldOffset(24)]
    internal uint Subspaces;

    /// <summary>Bits of a code, 4 or 8.</summary>
    [FieldOffset(28)]
    internal uint Bits;

    /// <summary>Threshold of the score-aware loss; 0: squared error.</summary>
    [FieldOffset(32)]
    internal float Threshold;

    /// <summary>Bytes of a vector's offset: 4 for euclid, otherwise 0.</summary>
    [FieldOffset(36)]
    internal uint OffsetBytes;

    /// <summary>Where the codes start.</summary>
    [FieldOffset(40)]
    internal ulong CodesOffset;

    /// <summary>Seed of the training.</summary>
    [FieldOffset(48)]
    internal ulong Seed;

    /// <summary>Mean squared error of a vector of the training: for people.</summary>
    [FieldOffset(56)]
    internal float MeanSquaredError;

    /// <summary>Zero.</summary>
    [FieldOffset(60)]
    internal uint Reserved;
}
