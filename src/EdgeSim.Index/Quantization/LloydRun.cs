using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Quantization;

/// <summary>
/// Lloyd's iterations from given centroids, which are changed in place. Inputs have been checked. Sums are
/// taken in double and in the order of the rows, so the result depends on nothing but the input.
/// </summary>
internal readonly ref struct LloydRun
{
    /// <summary>Rows between two looks at the cancellation token, and of one step of a scan.</summary>
    internal const int RowBlock = 256;

    /// <summary>
    /// Bytes of centroids that a block of rows is compared with at a time: they stay in cache.
    /// </summary>
    private const int TileBytes = 64 << 10;

    private readonly VectorKernels _kernels;
    private readonly ReadOnlySpan<float> _rows;
    private readonly int _dimension;
    private readonly float[] _centroids;
    private readonly float[] _distances;
    private readonly int[] _nearest;
    private readonly int[] _sizes;
    private readonly double[] _sums;

    /// <summary>Prepares a run.</summary>
    /// <param name="kernels">Any class; the result does not depend on it.</param>
    /// <param name="rows">[rows x dimension].</param>
    /// <param name="dimension">Components of a row.</param>
    /// <param name="centroids">[centroids x dimension], the start; receives the result.</param>
    /// <param name="distances">[rows], scratch.</param>
    internal LloydRun(
        VectorKernels kernels, ReadOnlySpan<float> rows, int dimension, float[] centroids, float[] distances)
    {
        _kernels = kernels;
        _rows = rows;
        _dimension = dimension;
        _centroids = centroids;
        _distances = distances;
        _nearest = new int[distances.Length];
        _sizes = new int[centroids.Length / dimension];
        _sums = new double[centroids.Length];
        _nearest.AsSpan().Fill(-1);
    }

    /// <summary>
    /// Iterates until nothing changes, the error falls by no more than the tolerance, or the last iteration
    /// allowed is done. The error and the assignments returned belong to the centroids returned.
    /// </summary>
    internal KMeansResult Run(
        KMeansOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        // Not infinity: any part of that is infinite too, and the first iteration would count as the last.
        double previous = double.MaxValue;
        for (int iteration = 0; ; iteration++)
        {
            double error = Assign(out bool changed, cancellation) / _nearest.Length;
            progress?.Report(new TrainingProgress(iteration, options.Iterations, error));
            bool converged = !changed || previous - error <= options.Tolerance * previous;
            if (converged || iteration == options.Iterations)
            {
                return new KMeansResult(_dimension, _centroids, _nearest, error, iteration, converged);
            }

            previous = error;
            Sum();
            Repair();
            Divide();
        }
    }

    /// <summary>
    /// Finds every row's nearest centroid, the lower of equals; returns the sum of squared distances.
    /// </summary>
    private double Assign(out bool changed, CancellationToken cancellation)
    {
        int dimension = _dimension;
        int tileCount = Math.Clamp(TileBytes / sizeof(float) / dimension, 1, RowBlock);
        Span<float> distances = stackalloc float[RowBlock];
        Span<int> candidates = stackalloc int[RowBlock];
        double sum = 0;
        changed = false;
        for (int first = 0; first < _nearest.Length; first += RowBlock)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(RowBlock, _nearest.Length - first);
            Span<float> best = _distances.AsSpan(first, count);
            best.Fill(float.PositiveInfinity);
            for (int tile = 0; tile < _sizes.Length; tile += tileCount)
            {
                int width = Math.Min(tileCount, _sizes.Length - tile);
                ReadOnlySpan<float> centroids =
                    _centroids.AsSpan(tile * dimension, width * dimension);
                for (int i = 0; i < count; i++)
                {
                    ReadOnlySpan<float> row = _rows.Slice((first + i) * dimension, dimension);
                    _kernels.DistanceSquared(row, centroids, distances[..width]);
                    int place = IndexOfMin(distances[..width]);
                    if (distances[place] < best[i])
                    {
                        best[i] = distances[place];
                        candidates[i] = tile + place;
                    }
                }
            }

            for (int i = 0; i < count; i++)
            {
                changed |= _nearest[first + i] != candidates[i];
                _nearest[first + i] = candidates[i];
                sum += best[i];
            }
        }

        return sum;
    }

    /// <summary>Place of the smallest value, the first of equals. The values are not NaN.</summary>
    internal static int IndexOfMin(ReadOnlySpan<float> values)
    {
        int place = 0;
        float min = values[0];
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] < min)
            {
                min = values[i];
                place = i;
            }
        }

        return place;
    }

    private void Sum()
    {
        Array.Clear(_sums);
        Array.Clear(_sizes);
        for (int row = 0; row < _nearest.Length; row++)
        {
            _sizes[_nearest[row]]++;
            Move(row, _nearest[row], 1);
        }
    }

    /// <summary>
    /// Gives each empty centroid the row that lies farthest from its own, counting the centroids placed here
    /// before: two repairs do not pick neighbours. Where all rows lie on centroids (fewer distinct rows than
    /// centroids) nothing is left to gain, and the centroid stays where it is. O(rows x dimension) for each
    /// empty centroid.
    /// </summary>
    private void Repair()
    {
        for (int empty = 0; empty < _sizes.Length; empty++)
        {
            if (_sizes[empty] > 0)
            {
                continue;
            }

            int farthest = -1;
            float distance = 0;
            for (int row = 0; row < _nearest.Length; row++)
            {
                if (_distances[row] > distance && _sizes[_nearest[row]] > 1)
                {
                    distance = _distances[row];
                    farthest = row;
                }
            }

            if (farthest < 0)
            {
                return;
            }

            _sizes[_nearest[farthest]]--;
            Move(farthest, _nearest[farthest], -1);
            _nearest[farthest] = empty;
            _sizes[empty] = 1;
            Move(farthest, empty, 1);
            Shorten(farthest);
        }
    }

    /// <summary>No row is farther away than from a row that has become a centroid.</summary>
    private void Shorten(int centroid)
    {
        Span<float> distances = stackalloc float[RowBlock];
        ReadOnlySpan<float> values = _rows.Slice(centroid * _dimension, _dimension);
        for (int first = 0; first < _nearest.Length; first += RowBlock)
        {
            int count = Math.Min(RowBlock, _nearest.Length - first);
            ReadOnlySpan<float> block = _rows.Slice(first * _dimension, count * _dimension);
            _kernels.DistanceSquared(values, block, distances[..count]);
            for (int i = 0; i < count; i++)
            {
                _distances[first + i] = Math.Min(_distances[first + i], distances[i]);
            }
        }
    }

    private void Move(int row, int centroid, double sign)
    {
        ReadOnlySpan<float> values = _rows.Slice(row * _dimension, _dimension);
        Span<double> sums = _sums.AsSpan(centroid * _dimension, _dimension);
        for (int i = 0; i < values.Length; i++)
        {
            sums[i] += sign * values[i];
        }
    }

    private void Divide()
    {
        for (int centroid = 0; centroid < _sizes.Length; centroid++)
        {
            for (int i = centroid * _dimension; i < (centroid + 1) * _dimension && _sizes[centroid] > 0; i++)
            {
                _centroids[i] = (float)(_sums[i] / _sizes[centroid]);
            }
        }
    }
}
