using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Graph;

/// <summary>
/// The graph of a column in a mapped segment, read where it is (FORMAT.md, Graph). Every block passes its
/// checksum before its first byte is used, and no number in it is believed: a link outside the layer is an
/// error, not a crash.
/// </summary>
internal sealed class HnswGraph
{
    /// <summary>Upper layers: 16^15 rows are more than a segment has.</summary>
    internal const int LayersMax = GraphHeader.LayersMax;

    /// <summary>Links of a node in an upper layer; a base list is twice that.</summary>
    internal const int LinksMax = 64;

    /// <summary>Nodes up to which a link takes two bytes.</summary>
    internal const int NarrowNodesMax = 1 << 16;

    private const int Alignment = 4;

    private readonly Section _section;
    private readonly int _baseBytes;
    private readonly int _upperBytes;
    private readonly long[] _offsets;
    private readonly int[] _counts;

    /// <summary>Checks the header.</summary>
    /// <param name="section">The section.</param>
    /// <param name="nodes">Vectors of the column.</param>
    /// <exception cref="IndexCorruptException">It does not fit.</exception>
    internal HnswGraph(Section section, int nodes)
    {
        _section = section;
        if (section.Bytes < GraphHeader.SizeBytes)
        {
            throw section.Wrong(0, $"is a graph of {section.Bytes} bytes");
        }

        var header = MemoryMarshal.Read<GraphHeader>(section.Read<byte>(0, GraphHeader.SizeBytes));
        if (header.Magic != GraphHeader.MagicValue || header.Version != GraphHeader.VersionNewest)
        {
            throw section.Wrong(0, $"begins with {header.Magic:x16}, version {header.Version}");
        }

        if (header.NodeCount != (uint)nodes
            || header.UpperLinks is < 1 or > LinksMax
            || header.BaseLinks is < 1 or > 2 * LinksMax
            || header.LinkBytes != LinkBytesOf(nodes)
            || header.LayerCount > LayersMax
            || !float.IsNormal(header.ScaleMax) || header.ScaleMax < 0)
        {
            throw section.Wrong(0, $"is the header of a graph that does not fit {nodes} vectors");
        }

        LinkBytes = (int)header.LinkBytes;
        LayerCount = (int)header.LayerCount;
        BaseLinks = (int)header.BaseLinks;
        UpperLinks = (int)header.UpperLinks;
        ScaleMax = header.ScaleMax;
        Entry = (int)header.Entry;
        _baseBytes = BaseLinks * LinkBytes;
        _upperBytes = UpperLinks * LinkBytes;
        _counts = new int[LayerCount + 1];
        _counts[0] = nodes;
        for (int layer = 1; layer <= LayerCount; layer++)
        {
            uint count = header.Layers[layer - 1];
            _counts[layer] = count >= 1 && count <= (uint)_counts[layer - 1]
                ? (int)count
                : throw section.Wrong(0, $"says that layer {layer} has {count} nodes");
        }

        _offsets = Offsets(_counts, BaseLinks, UpperLinks);
        if (_offsets[^1] != section.Bytes || header.Entry >= (uint)_counts[LayerCount])
        {
            throw section.Wrong(
                0, $"is the header of {_offsets[^1]} bytes of graph, entered at {header.Entry}");
        }
    }

    /// <summary>Nodes of the base layer.</summary>
    internal int Count => _counts[0];

    /// <summary>Upper layers.</summary>
    internal int LayerCount { get; }

    /// <summary>Most links of a node in the base layer.</summary>
    internal int BaseLinks { get; }

    /// <summary>Most links of a node in an upper layer.</summary>
    internal int UpperLinks { get; }

    /// <summary>Bytes of a link.</summary>
    internal int LinkBytes { get; }

    /// <summary>What scales are divided by before distances are taken.</summary>
    internal float ScaleMax { get; }

    /// <summary>Where a search begins: a place in the highest layer.</summary>
    internal int Entry { get; }

    /// <summary>Bytes of the section.</summary>
    internal long Bytes => _section.Bytes;

    /// <summary>Bytes of a node's links in the base layer.</summary>
    internal int BaseBytes => _baseBytes;

    /// <summary>Bytes of a link where there are so many nodes.</summary>
    internal static int LinkBytesOf(int nodes) => nodes <= NarrowNodesMax ? 2 : 3;

    /// <summary>Where the base links and then each upper layer start, and where the last one ends.</summary>
    internal static long[] Offsets(ReadOnlySpan<int> counts, int baseLinks, int upperLinks)
    {
        int linkBytes = LinkBytesOf(counts[0]);
        long[] offsets = new long[counts.Length + 1];
        offsets[0] = GraphHeader.SizeBytes;
        offsets[1] = Align(offsets[0] + ((long)counts[0] * baseLinks * linkBytes));
        for (int layer = 1; layer < counts.Length; layer++)
        {
            long node = (2 * sizeof(uint)) + ((long)upperLinks * linkBytes);
            offsets[layer + 1] = Align(offsets[layer] + (counts[layer] * node));
        }

        return offsets;
    }

    /// <summary>Nodes of an upper layer.</summary>
    internal int NodesOf(int layer) => _counts[layer];

    /// <summary>The row at a place of an upper layer.</summary>
    internal int NodeAt(int layer, int place)
        => Checked(_section.Read<uint>((_offsets[layer] / sizeof(uint)) + place, 1)[0], _counts[0]);

    /// <summary>The place of the same row in the layer below; its number for the base layer.</summary>
    internal int BelowAt(int layer, int place)
        => Checked(
            _section.Read<uint>((_offsets[layer] / sizeof(uint)) + _counts[layer] + place, 1)[0],
            _counts[layer - 1]);

    /// <summary>Copies the links of a row in the base layer; returns how many.</summary>
    internal int ReadBase(int node, Span<int> links)
        => Decode(BaseBlock(node), node, _counts[0], links);

    /// <summary>Copies the links at a place of an upper layer, as places; returns how many.</summary>
    internal int ReadUpper(int layer, int place, Span<int> links)
    {
        long first = _offsets[layer] + ((long)_counts[layer] * 2 * sizeof(uint));
        return Decode(
            _section.Read<byte>(first + ((long)place * _upperBytes), _upperBytes),
            place,
            _counts[layer],
            links);
    }

    /// <summary>The links of a row in the base layer as they lie in the file.</summary>
    internal ReadOnlySpan<byte> BaseBlock(int node)
        => _section.Read<byte>(GraphHeader.SizeBytes + ((long)node * _baseBytes), _baseBytes);

    /// <summary>
    /// Turns links into numbers; ends at the first unused place, which holds the node's own.
    /// </summary>
    internal int Decode(ReadOnlySpan<byte> block, int own, int end, Span<int> links)
    {
        int count = 0;
        if (LinkBytes == sizeof(ushort))
        {
            foreach (ushort link in MemoryMarshal.Cast<byte, ushort>(block))
            {
                if (link == own)
                {
                    break;
                }

                links[count++] = link;
            }
        }
        else
        {
            for (int at = 0; at + 3 <= block.Length; at += 3)
            {
                int link = BinaryPrimitives.ReadUInt16LittleEndian(block[at..]) | (block[at + 2] << 16);
                if (link == own)
                {
                    break;
                }

                links[count++] = link;
            }
        }

        foreach (int link in links[..count])
        {
            if ((uint)link >= (uint)end)
            {
                throw _section.Wrong(own, $"has a link to {link} of {end}");
            }
        }

        return count;
    }

    private static long Align(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    private int Checked(uint number, int end)
        => number < (uint)end ? (int)number : throw _section.Wrong(number, $"is not below {end}");
}
