using EdgeSim.Index.Quantization;
using EdgeSim.Index.Search;
using EdgeSim.Index.Search.Codes;
using EdgeSim.Index.Search.Graph;
using EdgeSim.Index.Search.Lists;
using EdgeSim.Index.Search.Planning;

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
    private readonly Lazy<ListTable?> _lists;
    private readonly Lazy<EffortCurves?> _curves;
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
        Section? lists = sections.Find(SectionId.Lists, column);
        HasLists = lists is not null;
        _lists = new Lazy<ListTable?>(
            () => lists is null ? null : new ListTable(lists, Count, options.Stride),
            LazyThreadSafetyMode.PublicationOnly);
        Section? curves = sections.Find(SectionId.Curves, column);
        _curves = new Lazy<EffortCurves?>(
            () => curves is null ? null : new EffortCurves(curves), LazyThreadSafetyMode.PublicationOnly);
        HasGraph = graph is not null;
        _graph = new Lazy<HnswGraph?>(
            () => graph is null ? null : new HnswGraph(graph, Count), LazyThreadSafetyMode.PublicationOnly);
        Section? product = sections.Find(SectionId.Product, column);
        HasProduct = product is not null;
        _product = new Lazy<ProductCodes?>(
            () => product is null
                ? null
                : new ProductCodes(product, options.Metric, options.Dimension, Count, CodeLists()),
            LazyThreadSafetyMode.PublicationOnly);
        Section? bits = sections.Find(SectionId.Bits, column);
        HasBits = bits is not null;
        _bits = new Lazy<BitCodes?>(
            () => bits is null
                ? null
                : new BitCodes(bits, options.Metric, options.Dimension, Count, CodeLists()),
            LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>What was measured when the segment was sealed; null: nothing.</summary>
    /// <exception cref="IndexCorruptException">The section is damaged.</exception>
    internal EffortCurves? Curves => _curves.Value;

    /// <summary>Whether there are lists, damaged or not; the vectors are in their order then.</summary>
    internal bool HasLists { get; }

    /// <summary>
    /// The lists; null where the segment was made without. Their tables are read at the first use.
    /// </summary>
    /// <exception cref="IndexCorruptException">They are damaged.</exception>
    internal ListTable? Lists => _lists.Value;

    /// <summary>Whether vector n is the vector of row n.</summary>
    internal bool IsAligned => _owners is null && Count == _rows;

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

    /// <summary>Whether <see cref="Expect(int, int)"/> and <see cref="Forget"/> do anything.</summary>
    internal bool IsRead => _codes.IsRead;

    /// <summary>Asks for vectors that lie together.</summary>
    internal void Expect(int first, int count)
    {
        _codes.Expect((long)first * Stride, (long)count * Stride);
        _scales.Expect((long)first * sizeof(float), (long)count * sizeof(float));
        _squareSums.Expect((long)first * sizeof(int), (long)count * sizeof(int));
    }

    /// <summary>Asks for vectors from here and there.</summary>
    internal void Expect(ReadOnlySpan<int> vectors)
    {
        if (IsRead)
        {
            foreach (int vector in vectors)
            {
                Expect(vector, 1);
            }
        }
    }

    /// <summary>Gives the codes of vectors back that lie together.</summary>
    internal void Forget(int first, int count)
        => _codes.Forget((long)first * Stride, (long)count * Stride);

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

    /// <summary>The lists as compressed codes see them; null: there are none.</summary>
    private CodeLists? CodeLists() => Lists is { } lists ? new ListedCodes(lists) : null;
}
