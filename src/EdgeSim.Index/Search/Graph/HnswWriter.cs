using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Graph;

/// <summary>
/// Writes a graph as a section (FORMAT.md, Graph). Memory: 8 bytes for each row of an upper layer.
/// </summary>
internal static class HnswWriter
{
    /// <summary>Writes it; returns how many bytes.</summary>
    internal static long Write(HnswBuilder graph, Stream to)
    {
        List<int[]> layers = Layers(graph);
        int[] counts = [graph.Count, .. layers.Select(layer => layer.Length)];
        long[] offsets = HnswGraph.Offsets(counts, graph.Options.BaseLinks, graph.Options.Links);
        int linkBytes = HnswGraph.LinkBytesOf(graph.Count);
        var header = new GraphHeader
        {
            Magic = GraphHeader.MagicValue,
            Version = GraphHeader.VersionNewest,
            NodeCount = (uint)graph.Count,
            BaseLinks = (uint)graph.Options.BaseLinks,
            UpperLinks = (uint)graph.Options.Links,
            LinkBytes = (uint)linkBytes,
            LayerCount = (uint)layers.Count,
            Entry = (uint)(layers.Count == 0 ? graph.Entry : Array.BinarySearch(layers[^1], graph.Entry)),
            ScaleMax = graph.ScaleMax,
            Effort = (uint)graph.Options.Effort,
        };
        for (int i = 0; i < layers.Count; i++)
        {
            header.Layers[i] = (uint)layers[i].Length;
        }

        to.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<GraphHeader>(in header)));
        long written = GraphHeader.SizeBytes;
        byte[] block = new byte[graph.Options.BaseLinks * sizeof(uint)];
        int[] links = new int[graph.Options.BaseLinks];
        for (int node = 0; node < graph.Count; node++)
        {
            int count = graph.ReadLinks(node, 0, links);
            written += WriteLinks(
                to, block, links.AsSpan(0, count), node, graph.Options.BaseLinks, linkBytes);
        }

        written += Pad(to, offsets[1] - written);
        for (int layer = 1; layer <= layers.Count; layer++)
        {
            int[] nodes = layers[layer - 1];
            int[]? below = layer == 1 ? null : layers[layer - 2];
            to.Write(MemoryMarshal.AsBytes<int>(nodes));
            foreach (int node in nodes)
            {
                BinaryPrimitives.WriteInt32LittleEndian(
                    block, below is null ? node : Array.BinarySearch(below, node));
                to.Write(block.AsSpan(0, sizeof(uint)));
            }

            written += nodes.Length * 2L * sizeof(uint);
            for (int place = 0; place < nodes.Length; place++)
            {
                int count = graph.ReadLinks(nodes[place], layer, links);
                for (int i = 0; i < count; i++)
                {
                    links[i] = Array.BinarySearch(nodes, links[i]);
                }

                written += WriteLinks(
                    to, block, links.AsSpan(0, count), place, graph.Options.Links, linkBytes);
            }

            written += Pad(to, offsets[layer + 1] - written);
        }

        return written;
    }

    /// <summary>The rows of the layers 1 and up, ascending.</summary>
    private static List<int[]> Layers(HnswBuilder graph)
    {
        var layers = new List<int[]>();
        for (int layer = 1; layer <= graph.LevelOfRow(graph.Entry); layer++)
        {
            var nodes = new List<int>();
            for (int node = 0; node < graph.Count; node++)
            {
                if (graph.LevelOfRow(node) >= layer)
                {
                    nodes.Add(node);
                }
            }

            layers.Add([.. nodes]);
        }

        return layers;
    }

    private static int WriteLinks(
        Stream to, byte[] block, ReadOnlySpan<int> links, int own, int places, int linkBytes)
    {
        for (int i = 0; i < places; i++)
        {
            int link = i < links.Length ? links[i] : own;
            block[i * linkBytes] = (byte)link;
            block[(i * linkBytes) + 1] = (byte)(link >> 8);
            if (linkBytes == 3)
            {
                block[(i * linkBytes) + 2] = (byte)(link >> 16);
            }
        }

        to.Write(block.AsSpan(0, places * linkBytes));
        return places * linkBytes;
    }

    private static long Pad(Stream to, long bytes)
    {
        for (long i = 0; i < bytes; i++)
        {
            to.WriteByte(0);
        }

        return bytes;
    }
}
