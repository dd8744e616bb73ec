using System.Runtime.InteropServices;

namespace EdgeSim.Index.Search.Planning;

/// <summary>
/// The first 32 bytes of a curves section; FORMAT.md has the same table and a test compares them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct CurvesHeader
{
    internal const int SizeBytes = 32;
    internal const uint VersionNewest = 1;

    /// <summary>"EDGECURV" in ASCII, read as a little-endian number.</summary>
    internal const ulong MagicValue = 0x5652_5543_4547_4445;

    /// <summary>Tells curves from anything else.</summary>
    [FieldOffset(0)]
    internal ulong Magic;

    /// <summary>Format version of the section.</summary>
    [FieldOffset(8)]
    internal uint Version;

    /// <summary>Points that follow.</summary>
    [FieldOffset(12)]
    internal uint PointCount;

    /// <summary>Rows of the segment that were asked for their neighbours.</summary>
    [FieldOffset(16)]
    internal uint QueryCount;

    /// <summary>Seed of their choice.</summary>
    [FieldOffset(20)]
    internal uint Seed;

    /// <summary>0.</summary>
    [FieldOffset(24)]
    internal ulong Reserved;
}
