using EdgeSim.Index.Quantization;
using EdgeSim.Index.Search;
using EdgeSim.Index.Search.Codes;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The vectors of one name in a mapped segment. Where every row has one and they are in the order of the
/// rows, the two maps between rows and vectors are not in the file.
/// </summary>
internal sealed class SegmentColumn
{
    private const uint None = uint.MaxValue;

    private readonly Section _codes;
    private readonly Section _scales;
    private readonly Section _squareSums;
    private readonly Section _codeSums;
    private readonly Section? _owners;
    private readonly Section? _vectors;
    private readonly int _rows;
    private readonly Lazy<HnswGraph?> _graph;
    private readonly Lazy<ProductCodes?> _product;
    private readonly Lazy<BitCodes?> _bits;

    internal SegmentColumn(SegmentSections sections, int column, VectorOptions options, int rows)
    {
        _codes = sections.Get(SectionId.Codes, column);
        _scales = sections.Get(SectionId.Scales, column);
        _squareSums = sections.Get(SectionId.SquareSums, column);
        _codeSums = sections.Get(SectionId.CodeSums, column);
        _owners = sections.Find(SectionId.Owners, column);
        _vectors = sections.Find(SectionId.Vectors, column);
        _rows = rows;
        Stride = options.Stride;
        Count = checked((int)(_scales.Bytes / sizeof(float)));
        Section? graph = sections.Find(SectionId.Graph, column);
        HasGraph = graph is not null;
        _graph = new Lazy<HnswGraph?>(
            () => graph is null ? null : new HnswGraph(graph, Count), LazyThreadSafetyMode.PublicationOnly);
        Section? product = sections.Find(SectionId.Product, column);
        HasProduct = product is not null;
        _product = new Lazy<ProductCodes?>(
            () => product is null
                ? null
                : new ProductCodes(product, options.Metric, options.Dimension, Count, null),
            LazyThreadSafetyMode.PublicationOnly);
        Section? bits = sections.Find(SectionId.Bits, column);
        HasBits = bits is not null;
        _bits = new Lazy<BitCodes?>(
            () => bits is null ? null : new BitCodes(bits, options.Metric, options.Dimension, Count, null),
            LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>Whether there is a graph, damaged or not.</summary>
    internal bool HasGraph { get; }

    /// <summary>
    /// The graph; null where the segment was made without. Its header is read at the first use.
    /// </summary>
    /// <exception cref="IndexCorruptException">The header is damaged.</exception>
    internal HnswGraph? Graph => _graph.Value;

    /// <summary>Whether there are product codes, damaged or not.</summary>
    internal bool HasProduct { get; }

    /// <summary>The product codes; null where the segment was made without. Read at the first use.</summary>
    /// <exception cref="IndexCorruptException">The header or a codebook is damaged.</exception>
    internal ProductCodes? Product => _product.Value;

    /// <summary>Whether there are one-bit codes, damaged or not.</summary>
    internal bool HasBits { get; }

    /// <summary>The one-bit codes; null where the segment was made without. Read at the first use.</summary>
    /// <exception cref="IndexCorruptException">The header is damaged.</exception>
    internal BitCodes? Bits => _bits.Value;

    /// <summary>Vectors.</summary>
    internal int Count { get; }

    /// <summary>Bytes from vector to vector.</summary>
    internal int Stride { get; }

    /// <summary>[count x stride] codes.</summary>
    internal ReadOnlySpan<sbyte> Codes(int first, int count)
        => _codes.Read<sbyte>((long)first * Stride, count * Stride);

    /// <summary>[count] scales.</summary>
    internal ReadOnlySpan<float> Scales(int first, int count) => _scales.Read<float>(first, count);

    /// <summary>[count] sums of squared codes.</summary>
    internal ReadOnlySpan<int> SquareSums(int first, int count) => _squareSums.Read<int>(first, count);

    /// <summary>The codes of all vectors, of which only the named ones may be read. At most 2 GiB.</summary>
    internal ReadOnlySpan<sbyte> CodesAt(ReadOnlySpan<int> vectors)
    {
        foreach (int vector in vectors)
        {
            _codes.Touch((long)vector * Stride, Stride);
        }

        return _codes.Untouched<sbyte>();
    }

    /// <summary>The scales of all vectors, of which only the named ones may be read.</summary>
    internal ReadOnlySpan<float> ScalesAt(ReadOnlySpan<int> vectors)
    {
        foreach (int vector in vectors)
        {
            _scales.Touch((long)vector * sizeof(float), sizeof(float));
        }

        return _scales.Untouched<float>();
    }

    /// <summary>The sums of squared codes of all vectors, of which only the named ones may be read.</summary>
    internal ReadOnlySpan<int> SquareSumsAt(ReadOnlySpan<int> vectors)
    {
        foreach (int vector in vectors)
        {
            _squareSums.Touch((long)vector * sizeof(int), sizeof(int));
        }

        return _squareSums.Untouched<int>();
    }

    internal QuantizedRow Side(int vector) => new(
        _scales.Read<float>(vector, 1)[0],
        _squareSums.Read<int>(vector, 1)[0],
        _codeSums.Read<int>(vector, 1)[0]);

    /// <summary>The row of a vector.</summary>
    internal int Owner(int vector)
    {
        if (_owners is null)
        {
            return vector;
        }

        uint row = _owners.Read<uint>(vector, 1)[0];
        return row < (uint)_rows ? (int)row : throw _owners.Wrong(vector, $"names row {row} of {_rows}");
    }

    /// <summary>The vector of a row; -1 when it has none.</summary>
    internal int VectorOf(int row)
    {
        if (_vectors is null)
        {
            return row < Count ? row : -1;
        }

        uint vector = _vectors.Read<uint>(row, 1)[0];
        return vector == None ? -1
            : vector < (uint)Count ? (int)vector
            : throw _vectors.Wrong(row, $"names vector {vector} of {Count}");
    }
}
