using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Search.Lists;

/// <summary>
/// Puts rows into the lists of their nearest centroids, block by block, with several threads. A list that is
/// full goes on in another one with the same centroid, so that none is longer than the bound however many
/// rows are alike. The lists follow from the rows and their order alone. Memory: one block of rows.
/// </summary>
internal sealed class ListAssignment
{
    /// <summary>Length of a list at most, in parts of the average.</summary>
    internal const int LengthFactor = 3;

    private const int BlockBytes = 4 << 20;
    private const int BlockRowsMax = 16 << 10;
    private const int ChunkRows = 64;

    private readonly ListRouter _router;
    private readonly VectorKernels _kernels;
    private readonly float[] _centroids;
    private readonly ListSample _block;
    private readonly ParallelOptions _parallel;
    private readonly int[] _nearest;
    private readonly float[] _distances;
    private readonly int[] _open;
    private readonly List<int> _bases = [];
    private readonly List<int> _sizes = [];
    private readonly List<float> _radii = [];
    private readonly int _lengthMax;

    /// <param name="vector">What the rows are.</param>
    /// <param name="centroids">[centroids x dimension].</param>
    /// <param name="rows">Rows that will come.</param>
    /// <param name="options">Threads.</param>
    /// <param name="kernels">Any class; the result does not depend on it.</param>
    /// <param name="stop">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    internal ListAssignment(
        VectorOptions vector,
        float[] centroids,
        int rows,
        ListOptions options,
        VectorKernels kernels,
        CancellationToken stop)
    {
        _kernels = kernels;
        _centroids = centroids;
        _router = new ListRouter(kernels, centroids, vector.Dimension, options.Seed, stop);
        _block = new ListSample(vector, Math.Clamp(BlockBytes / vector.Stride, 256, BlockRowsMax));
        _nearest = new int[_block.Capacity];
        _distances = new float[_block.Capacity];
        _parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Threads,
            CancellationToken = stop,
        };
        int count = centroids.Length / vector.Dimension;
        _lengthMax = Math.Max(1, (int)((LengthFactor * (long)rows + count - 1) / count));
        _open = new int[count];
        Array.Fill(_open, -1);
    }

    /// <summary>
    /// Rows are added here; when it is full, <see cref="Flush"/> says the lists of those in it.
    /// </summary>
    internal ListSample Block => _block;

    internal bool IsFull => _block.Count == _block.Capacity;

    /// <summary>Lists so far; some full, none empty.</summary>
    internal int Count => _sizes.Count;

    /// <summary>Rows of a list so far.</summary>
    internal int SizeOf(int list) => _sizes[list];

    /// <summary>Farthest row of a list so far, rounded up.</summary>
    internal float RadiusOf(int list) => _radii[list];

    internal ReadOnlySpan<float> CentroidOf(int list)
        => _centroids.AsSpan(_bases[list] * _block.Dimension, _block.Dimension);

    /// <summary>
    /// The lists in an order in which near ones, and those of one centroid, stand together.
    /// </summary>
    internal int[] Order()
    {
        int[] rank = new int[_open.Length];
        for (int i = 0; i < rank.Length; i++)
        {
            rank[_router.Order[i]] = i;
        }

        int[] order = new int[Count];
        long[] keys = new long[Count];
        for (int list = 0; list < order.Length; list++)
        {
            order[list] = list;
            keys[list] = ((long)rank[_bases[list]] << 32) | (uint)list;
        }

        Array.Sort(keys, order);
        return order;
    }

    /// <summary>Finds the lists of the rows in the block, and empties it.</summary>
    /// <param name="lists">[at least the rows], receives the list of each.</param>
    internal void Flush(Span<ushort> lists)
    {
        int rows = _block.Count;
        try
        {
            Parallel.For(
                0,
                (rows + ChunkRows - 1) / ChunkRows,
                _parallel,
                () => new int[_router.ScratchLength],
                (chunk, _, dots) =>
                {
                    Find(chunk * ChunkRows, Math.Min(rows, (chunk + 1) * ChunkRows), dots);
                    return dots;
                },
                static _ => { });
        }
        catch (AggregateException several)
        {
            throw several.InnerExceptions[0];
        }

        for (int row = 0; row < rows; row++)
        {
            lists[row] = Put(_nearest[row], _distances[row]);
        }

        _block.Clear();
    }

    private void Find(int first, int end, int[] dots)
    {
        int dimension = _block.Dimension;
        for (int row = first; row < end; row++)
        {
            int nearest = _router.Nearest(_block.Row(row), _block.Factors[row], dots);
            double square = _kernels.DistanceSquared(
                _centroids.AsSpan(nearest * dimension, dimension),
                _block.Components(row),
                _block.Factors[row]);
            _nearest[row] = nearest;
            _distances[row] = MathF.BitIncrement((float)Math.Sqrt(square));
        }
    }

    private ushort Put(int centroid, float distance)
    {
        int list = _open[centroid];
        if (list < 0 || _sizes[list] == _lengthMax)
        {
            list = _open[centroid] = _sizes.Count;
            _bases.Add(centroid);
            _sizes.Add(0);
            _radii.Add(0f);
        }

        _sizes[list]++;
        _radii[list] = Math.Max(_radii[list], distance);
        return checked((ushort)list);
    }
}
