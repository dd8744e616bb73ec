using System.Buffers.Binary;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// Where the vectors of a file are: rows of one size behind a header, each perhaps with a prefix.
/// </summary>
/// <param name="Offset">Where the first row starts.</param>
/// <param name="Count">Rows.</param>
/// <param name="Dimension">Components of a row.</param>
/// <param name="Element">What a component is.</param>
/// <param name="HasPrefix">Whether each row begins with its dimension as int32.</param>
internal sealed record VectorLayout(
    long Offset, long Count, int Dimension, VectorElement Element, bool HasPrefix)
{
    private const int BinHeaderBytes = 8;

    internal int ElementBytes => Element switch
    {
        VectorElement.Float64 => 8,
        VectorElement.Float32 => 4,
        VectorElement.Float16 => 2,
        _ => 1,
    };

    /// <summary>Bytes from row to row.</summary>
    internal int RowBytes => (HasPrefix ? sizeof(int) : 0) + (Dimension * ElementBytes);

    /// <summary>Reads a header and compares it with the length of the file.</summary>
    internal static VectorLayout Of(string path, Stream input, PointFormat format)
    {
        VectorLayout layout = format switch
        {
            PointFormat.Npy => NpyHeader.Read(path, input).ToLayout(path),
            PointFormat.Fvecs => OfVecs(path, input, VectorElement.Float32),
            PointFormat.Bvecs => OfVecs(path, input, VectorElement.UInt8),
            PointFormat.Fbin => OfBin(path, input, VectorElement.Float32),
            PointFormat.I8bin => OfBin(path, input, VectorElement.Int8),
            PointFormat.U8bin => OfBin(path, input, VectorElement.UInt8),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No format of vectors."),
        };
        if (layout.Dimension is < 1 or > IndexLimits.DimensionMax)
        {
            throw new TransferException(
                path,
                "header",
                $"the vectors have {layout.Dimension} components; allowed are 1 to "
                + $"{IndexLimits.DimensionMax}.");
        }

        // In 128 bits: the header may say anything.
        Int128 bytes = layout.Offset + ((Int128)layout.Count * layout.RowBytes);
        return bytes == input.Length
            ? layout
            : throw new TransferException(
                path,
                null,
                $"the file has {input.Length} bytes; {layout.Count} vectors of {layout.Dimension} components "
                + $"as its header says would take {bytes}. It is cut off, or of another format.");
    }

    /// <summary>Fills a part of a file's beginning; short where the file is.</summary>
    internal static ReadOnlySpan<byte> ReadStart(Stream input, Span<byte> bytes)
        => bytes[..input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];

    private static VectorLayout OfBin(string path, Stream input, VectorElement element)
    {
        ReadOnlySpan<byte> header = ReadStart(input, stackalloc byte[BinHeaderBytes]);
        if (header.Length < BinHeaderBytes)
        {
            throw new TransferException(
                path, null,
                $"the file has {header.Length} bytes; its header of two uint32 has {BinHeaderBytes}.");
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(header);
        uint dimension = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        return new VectorLayout(
            BinHeaderBytes, count, (int)Math.Min(dimension, int.MaxValue), element, HasPrefix: false);
    }

    private static VectorLayout OfVecs(string path, Stream input, VectorElement element)
    {
        ReadOnlySpan<byte> first = ReadStart(input, stackalloc byte[sizeof(int)]);
        input.Position = 0;
        if (first.Length < sizeof(int))
        {
            throw new TransferException(
                path, null, $"the file has {first.Length} bytes; its first vector begins with an int32.");
        }

        int dimension = BinaryPrimitives.ReadInt32LittleEndian(first);
        var one = new VectorLayout(0, 1, dimension, element, HasPrefix: true);
        long count = dimension is < 1 or > IndexLimits.DimensionMax ? 1 : input.Length / one.RowBytes;
        return one with { Count = count };
    }
}
