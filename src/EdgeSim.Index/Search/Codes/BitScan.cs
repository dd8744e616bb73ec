using System.Numerics;
using System.Runtime.InteropServices;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Search.Codes;

/// <summary>
/// A scan of one-bit codes for one query, list after list. Which vectors are measured follows from the error
/// bound of the codes (<see cref="ScanBound"/>), or it is the best of so many estimates
/// (<see cref="ScanBest"/>). One thread at a time; allocates only when it grows.
/// </summary>
/// <remarks>
/// The query is rotated once, and the centroids were when the codes were written: what a list needs is their
/// difference, rounded at random to 4 bits a component. The random numbers are drawn once, from the
/// rotation's seed, so the same query finds the same always and everywhere; see
/// <see cref="RaBitQuantizer.Prepare"/>.
/// </remarks>
internal sealed class BitScan
{
    /// <summary>Vectors between two looks at the threshold, which rises as vectors are measured.</summary>
    private const int StepRows = 128;

    /// <summary>
    /// What is taken off the distance of query and centroid, which comes from rotated floats; a little less
    /// only lets more through.
    /// </summary>
    private const double NormSlack = 4e-6;

    private readonly CandidateBuffer _best = new();
    private readonly int[] _sums = new int[CodeGroups.Rows];
    private readonly int[] _places = new int[CodeGroups.Rows];
    private readonly int[] _offered = new int[Probe.StepRows];
    private float[] _query = [];
    private float[] _rotated = [];
    private float[] _difference = [];
    private float[] _dither = [];
    private byte[] _planes = [];
    private BitCodes _codes = null!;
    private VectorKernels _kernels = null!;
    private Metric _metric;
    private double _epsilon;

    /// <summary>The best so far.</summary>
    internal CandidateBuffer Best => _best;

    /// <summary>Bytes held.</summary>
    internal long Bytes
        => _best.Bytes + _planes.LongLength
            + ((_query.LongLength + (3 * _rotated.LongLength)) * sizeof(float))
            + (CodeGroups.Rows * 2L * sizeof(int)) + (Probe.StepRows * sizeof(int));

    /// <summary>Starts with a query. O(length x log length).</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="kernels">Any class.</param>
    /// <param name="metric">The column's metric.</param>
    /// <param name="query">[dimension or more].</param>
    /// <param name="keep">Vectors that <see cref="ScanBest"/> keeps.</param>
    /// <param name="epsilon">Width of the bound; see <see cref="RaBitQuery"/>.</param>
    internal void Begin(
        BitCodes codes,
        VectorKernels kernels,
        Metric metric,
        ReadOnlySpan<float> query,
        int keep = 1,
        double epsilon = RaBitQuery.EpsilonDefault)
    {
        Rotation rotation = codes.Rotation;
        if (!ReferenceEquals(_codes, codes))
        {
            Reserve(rotation);
        }

        _codes = codes;
        _kernels = kernels;
        _metric = metric;
        _epsilon = epsilon;
        _best.Reset(keep);
        query = query[..rotation.Dimension];
        double inverse = metric == Metric.Cosine ? 1 / RowQuantizer.Norm(query) : 1;
        Array.Clear(_rotated);
        for (int i = 0; i < query.Length; i++)
        {
            _query[i] = (float)(query[i] * inverse);
            _rotated[i] = _query[i];
        }

        rotation.Apply(kernels, _rotated);
    }

    /// <summary>
    /// Measures the vectors of a list whose optimistic score beats the worst one of the answer so far.
    /// </summary>
    /// <param name="list">The list, not yet scanned for this query.</param>
    /// <param name="sink">Measures them.</param>
    /// <typeparam name="TSink">What does.</typeparam>
    /// <returns>How many were measured.</returns>
    /// <exception cref="IndexCorruptException">A block fails its checksum.</exception>
    internal long ScanBound<TSink>(int list, TSink sink)
        where TSink : ICandidateSink, allows ref struct
    {
        RaBitQuery query = Prepare(list);
        int first = _codes.Lists.First(list);
        int size = _codes.Lists.Size(list);
        long measured = 0;
        for (int from = 0; from < size; from += CodeGroups.Rows)
        {
            BitGroup group = _codes.Group(list, from, out int count);
            _kernels.BitPlaneDot(_planes, group.Bits, _sums.AsSpan(0, count));
            for (int step = 0; step < count; step += StepRows)
            {
                float threshold = sink.Threshold;
                int rows = Math.Min(StepRows, count - step);
                int places = Within(group, query.Bound(threshold), step, rows);
                int offered = 0;
                for (int i = 0; i < places; i++)
                {
                    int place = step + _places[i];
                    if (query.CanBeat(_sums[place], group.Row(place), threshold))
                    {
                        _offered[offered++] = first + from + place;
                        if (offered == _offered.Length)
                        {
                            sink.Offer(_offered);
                            measured += offered;
                            offered = 0;
                            threshold = sink.Threshold;
                        }
                    }
                }

                if (offered > 0)
                {
                    sink.Offer(_offered.AsSpan(0, offered));
                    measured += offered;
                }
            }
        }

        return measured;
    }

    /// <summary>Notes the vectors of a list whose estimates are among the best.</summary>
    /// <param name="list">The list, not yet scanned for this query.</param>
    /// <param name="sink">Says which vectors can be in the answer.</param>
    /// <typeparam name="TSink">What says it.</typeparam>
    /// <exception cref="IndexCorruptException">A block fails its checksum.</exception>
    internal void ScanBest<TSink>(int list, TSink sink)
        where TSink : ICandidateSink, allows ref struct
    {
        RaBitQuery query = Prepare(list);
        int first = _codes.Lists.First(list);
        int size = _codes.Lists.Size(list);
        for (int from = 0; from < size; from += CodeGroups.Rows)
        {
            BitGroup group = _codes.Group(list, from, out int count);
            _kernels.BitPlaneDot(_planes, group.Bits, _sums.AsSpan(0, count));
            for (int step = 0; step < count; step += StepRows)
            {
                int rows = Math.Min(StepRows, count - step);
                BitBound bound = query.Bound(_best.Least) with { Deviation = 0f };
                int places = Within(group, bound, step, rows);
                for (int i = 0; i < places; i++)
                {
                    int place = step + _places[i];
                    float estimate = query.Score(_sums[place], group.Row(place));
                    int vector = first + from + place;
                    if (estimate >= _best.Least && sink.IsWanted(vector))
                    {
                        _best.Add(estimate, vector);
                    }
                }
            }
        }
    }

    /// <summary>The vectors of the best estimates, ascending: the end of <see cref="ScanBest"/>.</summary>
    internal ReadOnlySpan<int> Vectors() => _best.Vectors();

    /// <summary>The query as a list's codes need it; its planes are ready afterwards.</summary>
    internal RaBitQuery Prepare(int list)
    {
        _kernels.Subtract(_rotated, _codes.RotatedCentroid(list), _difference);
        Span<float> squares = stackalloc float[1];
        _kernels.Dot(_difference, _difference, squares);
        (float low, float high) = _kernels.Range(_difference);
        int length = _difference.Length;
        double step = ((double)high - low) / ((1 << VectorKernels.PlaneCount) - 1);
        _kernels.BitPlanes(_difference, low, step > 0 ? (float)(1 / step) : 0f, _dither, _planes);
        double centreDot = 0;
        ReadOnlySpan<float> centroid = _metric == Metric.Dot ? _codes.Lists.Centroid(list) : default;
        if (!centroid.IsEmpty)
        {
            Span<float> dot = stackalloc float[1];
            _kernels.Dot(_query.AsSpan(0, centroid.Length), centroid, dot);
            centreDot = dot[0];
        }

        // A value is off by (1 - f) f of its step squared on average, with f its fraction: a quarter at most.
        return new RaBitQuery(
            _metric,
            length,
            Math.Sqrt(squares[0]) * (1 - NormSlack),
            centreDot,
            low,
            step,
            CodeSum(),
            step * step * length / 4,
            _epsilon);
    }

    /// <summary>The planes that <see cref="Prepare"/> has made.</summary>
    internal ReadOnlySpan<byte> Planes => _planes;

    private int Within(in BitGroup group, in BitBound bound, int step, int rows)
        => _kernels.WithinBound(
            _sums.AsSpan(step, rows),
            group.Norms.Slice(step, rows),
            group.Reaches.Slice(step, rows),
            group.Ones.Slice(step, rows),
            group.CentreDots.IsEmpty ? default : group.CentreDots.Slice(step, rows),
            bound,
            _places);

    private int CodeSum()
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(_planes);
        int each = words.Length / VectorKernels.PlaneCount;
        int sum = 0;
        for (int i = 0; i < words.Length; i++)
        {
            sum += BitOperations.PopCount(words[i]) << (i / each);
        }

        return sum;
    }

    private void Reserve(Rotation rotation)
    {
        if (_rotated.Length != rotation.Length)
        {
            _rotated = new float[rotation.Length];
            _difference = new float[rotation.Length];
            _dither = new float[rotation.Length];
            _planes = new byte[VectorKernels.PlaneCount * rotation.Length / 8];
        }

        if (_query.Length < rotation.Dimension)
        {
            _query = new float[rotation.Dimension];
        }

        var random = new SplitMix64(rotation.Seed ^ RaBitQuantizer.RoundingSeed);
        for (int i = 0; i < _dither.Length; i++)
        {
            _dither[i] = (float)random.Fraction();
        }
    }
}
