using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Codes;

/// <summary>
/// Writes one-bit codes of a column as a section (FORMAT.md, Bits). The same bytes for the same vectors,
/// lists and seed, whatever the number of threads. Memory: 64 groups of 1,024 vectors as codes.
/// </summary>
internal static class BitWriter
{
    /// <summary>Writes the section; returns how many bytes.</summary>
    /// <param name="vectors">At least one.</param>
    /// <param name="lists">Their lists; null: none.</param>
    /// <param name="options">How.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="stop">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    internal static long Write(
        ColumnVectors vectors,
        CodeLists? lists,
        CodeOptions options,
        Stream to,
        CancellationToken stop = default)
    {
        float[] mean = lists is null ? vectors.Mean(stop) : [];
        CodeLists layout = lists ?? CodeLists.Single(vectors.Count, mean);
        var rotation = new Rotation(vectors.Dimension, options.Seed);
        long start = CodesOffset(mean.Length, layout.Count, rotation.Length);
        var header = new BitHeader
        {
            Magic = BitHeader.MagicValue,
            Version = BitHeader.VersionNewest,
            VectorCount = (uint)vectors.Count,
            ListCount = (uint)(lists?.Count ?? 0),
            Dimension = (uint)vectors.Dimension,
            Length = (uint)rotation.Length,
            SideCount = (uint)SideCount(vectors.Metric),
            Seed = options.Seed,
            CodesOffset = (ulong)start,
        };
        to.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<BitHeader>(in header)));
        to.Write(MemoryMarshal.AsBytes<float>(mean));
        long written = BitHeader.SizeBytes + (mean.Length * sizeof(float));
        float[] rotated = new float[rotation.Length];
        for (int list = 0; list < layout.Count; list++)
        {
            Array.Clear(rotated);
            layout.Centroid(list).CopyTo(rotated);
            rotation.Apply(VectorKernels.Best, rotated);
            to.Write(MemoryMarshal.AsBytes<float>(rotated));
            written += rotated.Length * sizeof(float);
        }

        to.Write(new byte[start - written]);
        int blockBytes = BlockBytes(rotation.Length, SideCount(vectors.Metric));
        CodeGroups.Write(
            layout,
            blockBytes,
            options.Threads,
            to,
            stop,
            vectors.Forget,
            () => new BitGroupEncoder(vectors, layout, rotation));
        return start + ((long)layout.BlockCount * blockBytes);
    }

    /// <summary>Numbers beside a vector's bits: norm, reach, ones, and for dot the centre product.</summary>
    internal static int SideCount(Metric metric) => metric == Metric.Dot ? 4 : 3;

    /// <summary>Bytes of 32 vectors.</summary>
    internal static int BlockBytes(int length, int sideCount)
        => VectorKernels.BlockRows * ((length / 8) + (sideCount * sizeof(float)));

    /// <summary>Where the codes start.</summary>
    internal static long CodesOffset(int meanLength, int lists, int length)
    {
        long end = BitHeader.SizeBytes + ((meanLength + ((long)lists * length)) * sizeof(float));
        return (end + CodeGroups.Alignment - 1) / CodeGroups.Alignment * CodeGroups.Alignment;
    }
}
