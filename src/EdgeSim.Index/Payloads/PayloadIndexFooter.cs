using System.Runtime.InteropServices;

namespace EdgeSim.Index.Payloads;

/// <summary>The last bytes of a section of payload indexes (FORMAT.md, PayloadIndexFooter).</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct PayloadIndexFooter
{
    /// <summary>"EDGEPIDX" as bytes.</summary>
    public const ulong MagicValue = 0x5844_4950_4547_4445;

    /// <summary>The version written.</summary>
    public const uint VersionValue = 1;

    /// <summary>Where the directory starts.</summary>
    [FieldOffset(0)]
    public long DirectoryOffset;

    /// <summary>Indexes in it.</summary>
    [FieldOffset(8)]
    public int IndexCount;

    /// <summary>Rows of the segment.</summary>
    [FieldOffset(12)]
    public int RowCount;

    /// <summary>Bytes of the section, footer included.</summary>
    [FieldOffset(16)]
    public long Bytes;

    /// <summary><see cref="VersionValue"/>.</summary>
    [FieldOffset(24)]
    public uint Version;

    /// <summary>Zero.</summary>
    [FieldOffset(28)]
    public uint Reserved;

    /// <summary><see cref="MagicValue"/>.</summary>
    [FieldOffset(32)]
    public ulong Magic;
}
