using EdgeSim.Index;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Search;

namespace EdgeSim.Commands.Ann;

/// <summary>
/// The k nearest rows of every query, and all rows within a radius. Every row is compared with every query in
/// float; the nearest, and some more, are then measured again in double and ordered by that, so the answer
/// does not hang on float sums that differ in their last bit. O(queries x rows x dimension).
/// </summary>
internal sealed class ExactTruth
{
    /// <summary>
    /// Rows kept beyond k: a row of the answer is lost only if float sums put this many wrong ones before it.
    /// </summary>
    private const int Spare = 28;

    /// <summary>
    /// Bytes of rows that all queries of a part meet while they lie in the second cache level.
    /// </summary>
    private const int StepBytes = 96 << 10;

    /// <summary>Queries of one part of the work; their floats share that cache with the rows.</summary>
    private const int PartQueries = 64;

    /// <summary>
    /// By how much a float score may be wrong, relative to what the vectors' lengths allow: 4096 / 16 + 5
    /// roundings of 2^-24 (see <see cref="VectorKernels"/>), rounded up.
    /// </summary>
    private const double FloatError = 4e-5;

    private readonly Metric _metric;
    private readonly int _dimension;
    private readonly int _k;
    private readonly double _radius;
    private readonly float[] _queries;
    private readonly float[] _scanned;
    private readonly float[] _floors;
    private readonly TopK[] _nearest;
    private readonly List<Neighbour>[] _within;
    private float[] _unit = [];

    /// <param name="metric">What near means.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="queries">[queries x dimension], kept.</param>
    /// <param name="k">Neighbours of each query.</param>
    /// <param name="radius">Rows up to this distance are listed too; null: none are.</param>
    internal ExactTruth(Metric metric, int dimension, float[] queries, int k, double? radius)
    {
        _metric = metric;
        _dimension = dimension;
        _k = k;
        _radius = radius ?? double.NegativeInfinity;
        _queries = queries;
        QueryCount = queries.Length / dimension;
        _scanned = metric == Metric.Cosine ? Units(queries, dimension, 0, []) : queries;
        _nearest = new TopK[QueryCount];
        _within = new List<Neighbour>[QueryCount];
        _floors = new float[QueryCount];
        for (int i = 0; i < QueryCount; i++)
        {
            _nearest[i] = new TopK();
            _nearest[i].Reset(k + Spare);
            _within[i] = [];
            _floors[i] = radius is null ? float.PositiveInfinity : FloorOf();
        }
    }

    internal int QueryCount { get; }

    /// <summary>Compares further rows with every query.</summary>
    /// <param name="rows">[rows x dimension].</param>
    /// <param name="firstId">Position of the first of them in the base.</param>
    /// <param name="threads">As many work at once.</param>
    /// <exception cref="UserException">A zero vector, which has no angle.</exception>
    internal void Add(ReadOnlyMemory<float> rows, int firstId, int threads)
    {
        ReadOnlyMemory<float> scanned = rows;
        if (_metric == Metric.Cosine)
        {
            _unit = Units(rows.Span, _dimension, firstId, _unit);
            scanned = _unit.AsMemory(0, rows.Length);
        }

        int parts = (QueryCount + PartQueries - 1) / PartQueries;
        Parallel.For(
            0,
            parts,
            new ParallelOptions { MaxDegreeOfParallelism = threads },
            part => Scan(rows, scanned, firstId, part));
    }

    /// <summary>
    /// What is nearest to a query, nearest first, when all rows were added: k of them, or all there are.
    /// </summary>
    /// <param name="query">Which.</param>
    /// <param name="readRow">Reads a row of the base again.</param>
    internal Neighbour[] Nearest(int query, Action<int, Span<float>> readRow)
    {
        TopK kept = _nearest[query];
        var found = new Neighbour[kept.Count];
        var row = new float[_dimension];
        ReadOnlySpan<float> asked = _queries.AsSpan(query * _dimension, _dimension);
        for (int i = found.Length - 1; i >= 0; i--)
        {
            int id = (int)kept.RemoveWorst().Place;
            readRow(id, row);
            found[i] = new Neighbour(id, ExactDistance.Of(_metric, asked, row));
        }

        Array.Sort(found);
        return found.Length > _k ? found[.._k] : found;
    }

    /// <summary>All rows within the radius, nearest first.</summary>
    internal IReadOnlyList<Neighbour> Within(int query)
    {
        _within[query].Sort();
        return _within[query];
    }

    private void Scan(
        ReadOnlyMemory<float> originals, ReadOnlyMemory<float> rows, int firstId, int part)
    {
        VectorKernels kernels = VectorKernels.Best;
        ReadOnlySpan<float> all = rows.Span;
        ReadOnlySpan<float> allOriginals = originals.Span;
        int count = all.Length / _dimension;
        int step = Math.Max(1, StepBytes / (_dimension * sizeof(float)));
        int end = Math.Min(QueryCount, (part + 1) * PartQueries);
        Span<float> scores = new float[step];
        for (int first = 0; first < count; first += step)
        {
            int stepRows = Math.Min(step, count - first);
            ReadOnlySpan<float> block = all.Slice(first * _dimension, stepRows * _dimension);
            for (int query = part * PartQueries; query < end; query++)
            {
                Measure(kernels, query, block, scores[..stepRows]);
                Keep(query, scores[..stepRows], firstId, first, allOriginals);
            }
        }
    }

    /// <summary>Higher is nearer.</summary>
    private void Measure(VectorKernels kernels, int query, ReadOnlySpan<float> rows, Span<float> scores)
    {
        ReadOnlySpan<float> asked = _scanned.AsSpan(query * _dimension, _dimension);
        if (_metric != Metric.Euclid)
        {
            kernels.Dot(asked, rows, scores);
            return;
        }

        kernels.DistanceSquared(asked, rows, scores);
        foreach (ref float score in scores)
        {
            score = -score;
        }
    }

    private void Keep(
        int query, ReadOnlySpan<float> scores, int firstId, int first, ReadOnlySpan<float> originals)
    {
        TopK nearest = _nearest[query];
        float floor = _floors[query];
        for (int i = 0; i < scores.Length; i++)
        {
            float score = scores[i];
            if (!nearest.IsFull || score > nearest.Threshold)
            {
                nearest.Add(score, (uint)(firstId + first + i));
            }

            if (score >= floor)
            {
                double distance = ExactDistance.Of(
                    _metric,
                    _queries.AsSpan(query * _dimension, _dimension),
                    originals.Slice((first + i) * _dimension, _dimension));
                if (distance <= _radius)
                {
                    _within[query].Add(new Neighbour(firstId + first + i, distance));
                }
            }
        }
    }

    /// <summary>The float score that every row within the radius reaches, whatever its rounding.</summary>
    private float FloorOf()
    {
        if (_metric == Metric.Euclid)
        {
            return (float)-(_radius * _radius * (1 + FloatError));
        }

        // A dot product's error follows the rows' lengths, which come later; radii for dot are refused.
        return (float)(1 - _radius - FloatError);
    }

    private static float[] Units(ReadOnlySpan<float> rows, int dimension, int firstId, float[] reused)
    {
        float[] units = reused.Length >= rows.Length ? reused : new float[rows.Length];
        for (int start = 0; start < rows.Length; start += dimension)
        {
            ReadOnlySpan<float> row = rows.Slice(start, dimension);
            double squares = 0;
            foreach (float component in row)
            {
                squares += (double)component * component;
            }

            if (squares == 0)
            {
                throw new UserException(
                    ExitCode.Data,
                    $"Vector {firstId + (start / dimension)} is zero: it has no angle, so cosine cannot "
                    + "compare it.");
            }

            double unit = 1 / Math.Sqrt(squares);
            for (int i = 0; i < dimension; i++)
            {
                units[start + i] = (float)(row[i] * unit);
            }
        }

        return units;
    }
}
