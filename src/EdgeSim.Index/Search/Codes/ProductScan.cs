using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Search.Codes;

/// <summary>
/// A scan of product codes for one query: tables once, then list after list, and the vectors of the best
/// estimates are kept. One thread at a time; allocates only when it grows.
/// </summary>
/// <remarks>
/// With c the centroid of a list and y' the decoded residual of a vector, the inner product is estimated as
/// q.c + q.y': one table serves all lists, and a list adds a constant. Cosine takes q at unit length. Euclid
/// takes the mean as origin and ranks by 2 (q.c + q.y') - offset, which is |q|^2 less the squared distance
/// (see <see cref="ProductGroupEncoder"/>). 4-bit tables are rounded to bytes, which shifts an estimate by
/// <see cref="TableScale.ErrorBound"/> at most.
/// </remarks>
internal sealed class ProductScan
{
    private readonly CandidateBuffer _best = new();
    private readonly ushort[] _sums = new ushort[CodeGroups.Rows];
    private readonly float[] _floatSums = new float[CodeGroups.Rows];
    private readonly int[] _places = new int[CodeGroups.Rows];
    private float[] _tables = [];
    private byte[] _bytes = [];
    private float[] _query = [];
    private ProductCodes _codes = null!;
    private VectorKernels _kernels = null!;
    private TableScale _scale;
    private float _factor;
    private double _originDot;

    /// <summary>The best so far.</summary>
    internal CandidateBuffer Best => _best;

    /// <summary>Bytes held.</summary>
    internal long Bytes
        => _best.Bytes + ((_tables.LongLength + _query.LongLength) * sizeof(float)) + _bytes.LongLength
            + (CodeGroups.Rows * (long)(sizeof(ushort) + sizeof(float) + sizeof(int)));

    /// <summary>How far an estimate can be from that of float tables, in its own unit.</summary>
    internal double ErrorBound => _scale.ErrorBound * _factor;

    /// <summary>Starts with a query. O(centroids x dimension).</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="kernels">Any class.</param>
    /// <param name="metric">The column's metric.</param>
    /// <param name="query">[dimension or more].</param>
    /// <param name="keep">Vectors that are kept.</param>
    internal void Begin(
        ProductCodes codes, VectorKernels kernels, Metric metric, ReadOnlySpan<float> query, int keep)
    {
        ProductQuantizer quantizer = codes.Quantizer;
        _codes = codes;
        _kernels = kernels;
        _factor = metric == Metric.Euclid ? 2f : 1f;
        _best.Reset(keep);
        Reserve(ref _tables, quantizer.TableLength);
        Reserve(ref _query, quantizer.Dimension);
        if (_bytes.Length < quantizer.TableLength)
        {
            _bytes = new byte[quantizer.TableLength];
        }

        query = query[..quantizer.Dimension];
        double inverse = metric == Metric.Cosine ? 1 / RowQuantizer.Norm(query) : 1;
        for (int i = 0; i < query.Length; i++)
        {
            _query[i] = (float)(query[i] * inverse);
        }

        _originDot = 0;
        for (int i = 0; i < query.Length && metric == Metric.Euclid; i++)
        {
            _query[i] -= codes.Mean[i];
            _originDot += (double)_query[i] * codes.Mean[i];
        }

        Span<float> tables = _tables.AsSpan(0, quantizer.TableLength);
        codes.Tiles.Dots(kernels, _query.AsSpan(0, quantizer.Dimension), tables);
        _scale = quantizer.Bits == 4
            ? ProductQuantizer.QuantizeTables(tables, _bytes.AsSpan(0, tables.Length))
            : default;
    }

    /// <summary>Looks up the codes of a list.</summary>
    /// <param name="list">The list, not yet scanned for this query.</param>
    /// <param name="sink">Says which vectors can be in the answer.</param>
    /// <typeparam name="TSink">What says it.</typeparam>
    /// <exception cref="IndexCorruptException">A block fails its checksum.</exception>
    internal void Scan<TSink>(int list, TSink sink)
        where TSink : ICandidateSink, allows ref struct
    {
        int first = _codes.Lists.First(list);
        int size = _codes.Lists.Size(list);
        double constant = _factor * (CentreDot(list) + _scale.Bias);
        for (int from = 0; from < size; from += CodeGroups.Rows)
        {
            ReadOnlySpan<byte> codes = _codes.Group(
                list, from, out int count, out ReadOnlySpan<float> offsets);
            if (_codes.Quantizer.Bits == 4)
            {
                ScanNibbles(codes, offsets, constant, first + from, count, sink);
            }
            else
            {
                ScanBytes(codes, offsets, constant, first + from, count, sink);
            }
        }
    }

    /// <summary>The vectors of the best estimates, ascending: the end of the scan.</summary>
    internal ReadOnlySpan<int> Vectors() => _best.Vectors();

    private void ScanNibbles<TSink>(
        ReadOnlySpan<byte> codes,
        ReadOnlySpan<float> offsets,
        double constant,
        int first,
        int count,
        TSink sink)
        where TSink : ICandidateSink, allows ref struct
    {
        Span<ushort> sums = _sums.AsSpan(0, count);
        float step = (float)(_factor * _scale.Step);
        _kernels.ScanNibbles(_bytes.AsSpan(0, _codes.Quantizer.TableLength), codes, sums);
        int places = _kernels.AtLeast(sums, offsets, step, LeastSum(constant), _places);
        foreach (int place in _places.AsSpan(0, places))
        {
            float offset = offsets.IsEmpty ? 0f : offsets[place];
            Note(constant + ((double)step * sums[place]) - offset, first + place, sink);
        }
    }

    private void ScanBytes<TSink>(
        ReadOnlySpan<byte> codes,
        ReadOnlySpan<float> offsets,
        double constant,
        int first,
        int count,
        TSink sink)
        where TSink : ICandidateSink, allows ref struct
    {
        Span<float> sums = _floatSums.AsSpan(0, count);
        _kernels.ScanBytes(_tables.AsSpan(0, _codes.Quantizer.TableLength), codes, sums);
        float least = LeastSum(constant);
        for (int place = 0; place < sums.Length; place++)
        {
            float sum = (_factor * sums[place]) - (offsets.IsEmpty ? 0f : offsets[place]);
            if (sum >= least)
            {
                Note(constant + sum, first + place, sink);
            }
        }
    }

    private void Note<TSink>(double estimate, int vector, TSink sink)
        where TSink : ICandidateSink, allows ref struct
    {
        if ((float)estimate >= _best.Least && sink.IsWanted(vector))
        {
            _best.Add((float)estimate, vector);
        }
    }

    /// <summary>
    /// What a vector must reach without the list's constant; a little lower, because that is taken off in
    /// float: <see cref="Note"/> decides.
    /// </summary>
    private float LeastSum(double constant)
    {
        double slack = (Math.Abs(_best.Least) + Math.Abs(constant)) * 1e-6;
        return _best.Least == float.NegativeInfinity
            ? float.NegativeInfinity
            : (float)(_best.Least - constant - slack);
    }

    private double CentreDot(int list)
    {
        ReadOnlySpan<float> centroid = _codes.Lists.Centroid(list);
        if (centroid.IsEmpty)
        {
            return -_originDot;
        }

        Span<float> dot = stackalloc float[1];
        _kernels.Dot(_query.AsSpan(0, centroid.Length), centroid, dot);
        return dot[0] - _originDot;
    }

    private static void Reserve(ref float[] array, int length)
    {
        if (array.Length < length)
        {
            array = new float[length];
        }
    }
}
