using System.Runtime.InteropServices;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Search.Codes;

/// <summary>
/// The product codes of a column in a mapped segment, read where they are (FORMAT.md, Product). Every block
/// passes its checksum before its first byte is used. Holds the codebooks: 12 bytes x centroids x dimension.
/// </summary>
internal sealed class ProductCodes
{
    private readonly Section _section;
    private readonly long _codesOffset;
    private readonly int _blockBytes;

    /// <summary>Checks the header and reads the codebooks.</summary>
    /// <param name="section">The section.</param>
    /// <param name="metric">The column's metric.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="vectors">Vectors of the column.</param>
    /// <param name="lists">Its lists; null: it has none.</param>
    /// <exception cref="IndexCorruptException">Something does not fit.</exception>
    internal ProductCodes(Section section, Metric metric, int dimension, int vectors, CodeLists? lists)
    {
        _section = section;
        if (section.Bytes < ProductHeader.SizeBytes)
        {
            throw section.Wrong(0, $"has {section.Bytes} bytes of product codes");
        }

        var header = MemoryMarshal.Read<ProductHeader>(section.Read<byte>(0, ProductHeader.SizeBytes));
        if (header.Magic != ProductHeader.MagicValue || header.Version != ProductHeader.VersionNewest)
        {
            throw section.Wrong(0, $"begins with {header.Magic:x16}, version {header.Version}");
        }

        HasOffsets = metric == Metric.Euclid;
        if (header.VectorCount != (uint)vectors
            || header.ListCount != (uint)(lists?.Count ?? 0)
            || (lists is not null && lists.VectorCount != vectors)
            || header.Dimension != (uint)dimension
            || header.OffsetBytes != (HasOffsets ? sizeof(float) : 0u)
            || header.Subspaces > (uint)dimension)
        {
            throw section.Wrong(0, $"is the header of codes that do not fit {vectors} vectors");
        }

        int meanLength = ProductWriter.HasMean(metric, lists) ? dimension : 0;
        try
        {
            ProductQuantizer.CheckShape(
                dimension, (int)header.Subspaces, (int)header.Bits, header.Threshold);
            Mean = Floats(ProductHeader.SizeBytes, meanLength);
            Lists = lists ?? CodeLists.Single(vectors, Mean);
            Quantizer = new ProductQuantizer(
                dimension,
                (int)header.Subspaces,
                (int)header.Bits,
                header.Threshold,
                Floats(
                    ProductHeader.SizeBytes + (meanLength * sizeof(float)), dimension << (int)header.Bits));
            TrainingChecks.Vector(Kernels.VectorKernels.Best, meanLength > 0 ? Mean : [0f]);
        }
        catch (Exception error) when (error is ArgumentException or VectorException)
        {
            throw section.Wrong(0, $"is the header of codes that cannot be: {error.Message}");
        }

        Tiles = new CodebookTiles(Quantizer);
        _codesOffset = ProductWriter.CodesOffset(Quantizer, meanLength);
        _blockBytes = ProductWriter.BlockBytes(Quantizer.Subspaces, Quantizer.Bits, HasOffsets);
        if (header.CodesOffset != (ulong)_codesOffset
            || section.Bytes != _codesOffset + ((long)Lists.BlockCount * _blockBytes))
        {
            throw section.Wrong(0, $"says that codes start at {header.CodesOffset} of {section.Bytes} bytes");
        }
    }

    /// <summary>The codebooks.</summary>
    internal ProductQuantizer Quantizer { get; }

    /// <summary>The same for a query's tables.</summary>
    internal CodebookTiles Tiles { get; }

    /// <summary>The lists, one where the column has none.</summary>
    internal CodeLists Lists { get; }

    /// <summary>[dimension] the mean of all vectors, or empty.</summary>
    internal float[] Mean { get; }

    /// <summary>Whether each vector has an offset.</summary>
    internal bool HasOffsets { get; }

    /// <summary>Bytes of a vector's code and what stands beside it.</summary>
    internal int VectorBytes => _blockBytes / Kernels.VectorKernels.BlockRows;

    /// <summary>Asks for the codes of a list.</summary>
    internal void Expect(int list) => _section.Expect(
        _codesOffset + ((long)Lists.FirstBlock(list) * _blockBytes),
        (long)CodeLists.BlocksOf(Lists.Size(list)) * _blockBytes);

    /// <summary>Bytes that scanning a list reads.</summary>
    internal long BytesOf(int list) => (long)CodeLists.BlocksOf(Lists.Size(list)) * _blockBytes;

    /// <summary>The codes of a group of vectors.</summary>
    /// <param name="list">The list.</param>
    /// <param name="from">The first vector, counted within the list; a multiple of a group.</param>
    /// <param name="count">How many, to the end of the group.</param>
    /// <param name="offsets">[count], or empty.</param>
    /// <returns>Blocks of 4-bit codes, or [count x sub-spaces] of 8-bit codes.</returns>
    /// <exception cref="IndexCorruptException">A block fails its checksum.</exception>
    internal ReadOnlySpan<byte> Group(int list, int from, out int count, out ReadOnlySpan<float> offsets)
    {
        ReadOnlySpan<byte> group = CodeGroups.Read(
            _section, _codesOffset, _blockBytes, Lists, list, from, out count);
        offsets = HasOffsets ? CodeGroups.TakeFloats(ref group, count) : default;
        return Quantizer.Bits == 4 ? group : group[..(count * Quantizer.Subspaces)];
    }

    private float[] Floats(int offset, int count)
        => MemoryMarshal.Cast<byte, float>(_section.Read<byte>(offset, count * sizeof(float))).ToArray();
}
