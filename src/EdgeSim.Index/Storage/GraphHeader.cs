using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The first 128 bytes of a graph section; FORMAT.md has the same table and a test compares them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct GraphHeader
{
    internal const int SizeBytes = 128;
    internal const uint VersionNewest = 1;
    internal const int LayersMax = 15;

    /// <summary>"EDGEHNSW" in ASCII, read as a little-endian number.</summary>
    internal const ulong MagicValue = 0x5753_4E48_4547_4445;

    /// <summary>Tells a graph from anything else.</summary>
    [FieldOffset(0)]
    internal ulong Magic;

    /// <summary>Format version of the section.</summary>
    [FieldOffset(8)]
    internal uint Version;

    /// <summary>Vectors of the column, each a node.</summary>
    [FieldOffset(12)]
    internal uint NodeCount;

    /// <summary>Places for links of a node in the base layer.</summary>
    [FieldOffset(16)]
    internal uint BaseLinks;

    /// <summary>Places for links of a node in each upper layer.</summary>
    [FieldOffset(20)]
    internal uint UpperLinks;

    /// <summary>Bytes of a link: 2 where there are at most 65,536 nodes, otherwise 3.</summary>
    [FieldOffset(24)]
    internal uint LinkBytes;

    /// <summary>Upper layers.</summary>
    [FieldOffset(28)]
    internal uint LayerCount;

    /// <summary>Where a search begins: a place in the highest layer.</summary>
    [FieldOffset(32)]
    internal uint Entry;

    /// <summary>The largest scale of the column, or 1: distances are compared relative to it.</summary>
    [FieldOffset(36)]
    internal float ScaleMax;

    /// <summary>Rows that were kept while neighbours were looked for.</summary>
    [FieldOffset(40)]
    internal uint Effort;

    /// <summary>Zero.</summary>
    [FieldOffset(44)]
    internal uint Reserved;

    /// <summary>Nodes of the upper layers, from layer 1 on.</summary>
    [FieldOffset(48)]
    internal LayerSizes Layers;

    /// <summary>Zero.</summary>
    [FieldOffset(108)]
    internal uint Reserved2;

    /// <summary>Zero.</summary>
    [FieldOffset(112)]
    internal ulong Reserved3;

    /// <summary>Zero.</summary>
    [FieldOffset(120)]
    internal ulong Reserved4;

    /// <summary>Room for <see cref="LayersMax"/> layers.</summary>
    [InlineArray(LayersMax)]
    internal struct LayerSizes
    {
        private uint _first;
    }
}
