using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Codes;

/// <summary>
/// The one-bit codes of a column in a mapped segment, read where they are (FORMAT.md, Bits). Every block
/// passes its checksum before its first byte is used. Holds the rotation, 12 bytes a component.
/// </summary>
internal sealed class BitCodes
{
    private readonly Section _section;
    private readonly long _rotatedOffset;
    private readonly long _codesOffset;
    private readonly int _blockBytes;

    /// <summary>Checks the header.</summary>
    /// <param name="section">The section.</param>
    /// <param name="metric">The column's metric.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="vectors">Vectors of the column.</param>
    /// <param name="lists">Its lists; null: it has none.</param>
    /// <exception cref="IndexCorruptException">Something does not fit.</exception>
    internal BitCodes(Section section, Metric metric, int dimension, int vectors, CodeLists? lists)
    {
        _section = section;
        if (section.Bytes < BitHeader.SizeBytes)
        {
            throw section.Wrong(0, $"has {section.Bytes} bytes of one-bit codes");
        }

        var header = MemoryMarshal.Read<BitHeader>(section.Read<byte>(0, BitHeader.SizeBytes));
        if (header.Magic != BitHeader.MagicValue || header.Version != BitHeader.VersionNewest)
        {
            throw section.Wrong(0, $"begins with {header.Magic:x16}, version {header.Version}");
        }

        Rotation = new Rotation(dimension, header.Seed);
        int sideCount = BitWriter.SideCount(metric);
        if (header.VectorCount != (uint)vectors
            || header.ListCount != (uint)(lists?.Count ?? 0)
            || (lists is not null && lists.VectorCount != vectors)
            || header.Dimension != (uint)dimension
            || header.Length != (uint)Rotation.Length
            || header.SideCount != (uint)sideCount)
        {
            throw section.Wrong(0, $"is the header of codes that do not fit {vectors} vectors");
        }

        int meanLength = lists is null ? dimension : 0;
        HasCentreDots = sideCount == 4;
        _rotatedOffset = BitHeader.SizeBytes + (meanLength * sizeof(float));
        float[] mean = MemoryMarshal.Cast<byte, float>(
            section.Read<byte>(BitHeader.SizeBytes, meanLength * sizeof(float))).ToArray();
        Lists = lists ?? CodeLists.Single(vectors, mean);
        _codesOffset = BitWriter.CodesOffset(meanLength, Lists.Count, Rotation.Length);
        _blockBytes = BitWriter.BlockBytes(Rotation.Length, sideCount);
        if (header.CodesOffset != (ulong)_codesOffset
            || section.Bytes != _codesOffset + ((long)Lists.BlockCount * _blockBytes))
        {
            throw section.Wrong(0, $"says that codes start at {header.CodesOffset} of {section.Bytes} bytes");
        }
    }

    /// <summary>The rotation of all lists.</summary>
    internal Rotation Rotation { get; }

    /// <summary>The lists, one where the column has none.</summary>
    internal CodeLists Lists { get; }

    /// <summary>Whether vectors have a product with the centroid.</summary>
    internal bool HasCentreDots { get; }

    /// <summary>Bytes of a vector's bits.</summary>
    internal int RowBytes => Rotation.Length / 8;

    /// <summary>Bytes of a vector's code and what stands beside it.</summary>
    internal int VectorBytes => _blockBytes / Kernels.VectorKernels.BlockRows;

    /// <summary>Asks for the codes of a list.</summary>
    internal void Expect(int list) => _section.Expect(
        _codesOffset + ((long)Lists.FirstBlock(list) * _blockBytes),
        (long)CodeLists.BlocksOf(Lists.Size(list)) * _blockBytes);

    /// <summary>Bytes that scanning a list reads.</summary>
    internal long BytesOf(int list)
        => ((long)CodeLists.BlocksOf(Lists.Size(list)) * _blockBytes) + (Rotation.Length * sizeof(float));

    /// <summary>[rotated length] the centroid of a list, rotated.</summary>
    internal ReadOnlySpan<float> RotatedCentroid(int list)
        => MemoryMarshal.Cast<byte, float>(
            _section.Read<byte>(
                _rotatedOffset + ((long)list * Rotation.Length * sizeof(float)),
                Rotation.Length * sizeof(float)));

    /// <summary>The codes of a group of vectors.</summary>
    /// <param name="list">The list.</param>
    /// <param name="from">The first vector, counted within the list; a multiple of a group.</param>
    /// <param name="count">How many, to the end of the group.</param>
    /// <exception cref="IndexCorruptException">A block fails its checksum.</exception>
    internal BitGroup Group(int list, int from, out int count)
    {
        ReadOnlySpan<byte> group = CodeGroups.Read(
            _section, _codesOffset, _blockBytes, Lists, list, from, out count);
        ReadOnlySpan<float> norms = CodeGroups.TakeFloats(ref group, count);
        ReadOnlySpan<float> reaches = CodeGroups.TakeFloats(ref group, count);
        ReadOnlySpan<float> ones = CodeGroups.TakeFloats(ref group, count);
        ReadOnlySpan<float> centreDots = HasCentreDots ? CodeGroups.TakeFloats(ref group, count) : default;
        return new BitGroup
        {
            Norms = norms,
            Reaches = reaches,
            Ones = ones,
            CentreDots = centreDots,
            Bits = group[..(count * RowBytes)],
        };
    }
}
