using EdgeSim.Index.Kernels;
using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Search.Lists;

/// <summary>
/// Centroids for the lists of a column, from a sample of its rows: k-means within the parts of a k-means, and
/// then some rounds over the whole sample that also move centroids with few rows into parts with many. So
/// lists come out about equally long, and thousands of them are trained in seconds. The result follows from
/// sample and seed alone: threads share rows or centroids, and every sum is taken in the order of the rows.
/// </summary>
internal sealed class ListTraining
{
    /// <summary>Rows of the sample for each centroid at least.</summary>
    internal const int RowsPerCentroidMin = 8;

    /// <summary>Centroids of one k-means: what a thread trains in a moment.</summary>
    private const int SplitMax = 128;

    private const int DepthMax = 4;
    private const int SplitRounds = 8;

    /// <summary>Rows of one k-means: 64 for each centroid, and 16 MiB as floats.</summary>
    private const int SplitRowsPerCentroid = 64;
    private const int SplitBytesMax = 16 << 20;

    private readonly ListSample _sample;
    private readonly VectorKernels _kernels;
    private readonly ParallelOptions _parallel;
    private readonly ulong _seed;

    private ListTraining(
        ListSample sample, ListOptions options, VectorKernels kernels, CancellationToken stop)
    {
        _sample = sample;
        _kernels = kernels;
        _seed = options.Seed;
        _parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Threads,
            CancellationToken = stop,
        };
    }

    /// <summary>
    /// Rows to take as a sample of a column; all of them where they are few.
    /// </summary>
    internal static int SampleRows(int vectors, int stride, int bytes)
        => Math.Min(vectors, Math.Min(IndexLimits.TrainingRowsMax, Math.Max(1, bytes / stride)));

    /// <summary>
    /// Trains centroids. O(sample x sqrt(lists) x dimension) a round. Memory beside the sample: 16 MiB a
    /// thread, and some 12 bytes a component of a centroid.
    /// </summary>
    /// <param name="sample">At least one row.</param>
    /// <param name="lists">Centroids wanted, at least 1.</param>
    /// <param name="options">Seed, rounds, threads.</param>
    /// <param name="kernels">Any class; the result does not depend on it.</param>
    /// <param name="stop">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>[centroids x dimension]: as many as wanted, or fewer where rows are few or alike.</returns>
    internal static float[] Train(
        ListSample sample, int lists, ListOptions options, VectorKernels kernels, CancellationToken stop)
    {
        lists = Math.Clamp(lists, 1, Math.Max(1, sample.Count / RowsPerCentroidMin));
        var training = new ListTraining(sample, options, kernels, stop);
        int[] rows = new int[sample.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
        }

        try
        {
            float[] centroids = training.Split(rows, lists, 0, options.Seed);
            for (int round = 1; round <= options.Rounds; round++)
            {
                training.Move(centroids, round, isLast: round == options.Rounds);
            }

            return centroids;
        }
        catch (AggregateException several)
        {
            throw several.InnerExceptions[0];
        }
    }

    /// <summary>k centroids of some rows: at once where they are few, otherwise those of parts.</summary>
    private float[] Split(ReadOnlyMemory<int> rows, int k, int depth, ulong seed)
    {
        k = Math.Min(k, rows.Length);
        if (k <= SplitMax || depth == DepthMax)
        {
            return Cluster(rows.Span, Math.Min(k, SplitMax), seed);
        }

        int parts = Math.Min(SplitMax, (int)Math.Round(Math.Sqrt(k)));
        float[] coarse = Cluster(rows.Span, parts, seed);
        (int[] members, int[] ends) = Assign(new ListRouter(_kernels, coarse, _sample.Dimension, seed,
            _parallel.CancellationToken), rows, parts);
        float[][] found = new float[parts][];
        Parallel.For(0, parts, _parallel, part =>
        {
            int first = part == 0 ? 0 : ends[part - 1];
            int share = (int)(((long)ends[part] * k / members.Length) - ((long)first * k / members.Length));
            var random = new SplitMix64(seed ^ ((ulong)(part + 1) << 32));
            found[part] = share == 0
                ? []
                : Split(members.AsMemory(first, ends[part] - first), share, depth + 1, random.Next());
        });
        return [.. found.SelectMany(centroids => centroids)];
    }

    /// <summary>One k-means over some rows, of which a part is taken where they are many.</summary>
    private float[] Cluster(ReadOnlySpan<int> rows, int k, ulong seed)
    {
        int dimension = _sample.Dimension;
        int bytesAllow = Math.Max(k, SplitBytesMax / sizeof(float) / dimension);
        int count = Math.Min(rows.Length, Math.Min(SplitRowsPerCentroid * k, bytesAllow));
        float[] values = new float[count * dimension];
        for (int i = 0; i < count; i++)
        {
            int row = rows[(int)((long)i * rows.Length / count)];
            _sample.Decode(row, values.AsSpan(i * dimension, dimension));
        }

        var options = new KMeansOptions { Centroids = k, Iterations = SplitRounds, Seed = seed };
        KMeansResult result = KMeans.TrainChecked(
            values, dimension, options, _kernels, null, _parallel.CancellationToken);
        return result.Centroids.ToArray();
    }

    /// <summary>
    /// One round: every row to its nearest centroid, every centroid to the middle of its rows.
    /// </summary>
    private void Move(float[] centroids, int round, bool isLast)
    {
        int count = centroids.Length / _sample.Dimension;
        var random = new SplitMix64(_seed + (ulong)round);
        int[] rows = new int[_sample.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
        }

        var router = new ListRouter(
            _kernels, centroids, _sample.Dimension, random.Next(), _parallel.CancellationToken);
        (int[] members, int[] ends) = Assign(router, rows, count);
        Parallel.For(0, count, _parallel, () => new double[_sample.Dimension], (list, _, sums) =>
        {
            int first = list == 0 ? 0 : ends[list - 1];
            Mean(members.AsSpan(first, ends[list] - first), sums,
                centroids.AsSpan(list * _sample.Dimension, _sample.Dimension));
            return sums;
        }, static _ => { });
        if (!isLast)
        {
            Balance(centroids, members, ends, ref random);
        }
    }

    /// <summary>The middle of some rows, of length one for cosine; of no rows it stays where it is.</summary>
    private void Mean(ReadOnlySpan<int> rows, double[] sums, Span<float> centroid)
    {
        Array.Clear(sums);
        foreach (int row in rows)
        {
            ReadOnlySpan<sbyte> codes = _sample.Components(row);
            double factor = _sample.Factors[row];
            for (int i = 0; i < codes.Length; i++)
            {
                sums[i] += codes[i] * factor;
            }
        }

        double squares = 0;
        foreach (double sum in sums)
        {
            squares += sum * sum;
        }

        double length = _sample.IsCosine ? Math.Sqrt(squares) : rows.Length;
        for (int i = 0; i < centroid.Length && length > 0; i++)
        {
            centroid[i] = (float)(sums[i] / length);
        }
    }

    /// <summary>
    /// Puts centroids that have hardly any rows onto rows of those that have most: a list is split for each.
    /// </summary>
    private void Balance(float[] centroids, int[] members, int[] ends, ref SplitMix64 random)
    {
        int dimension = _sample.Dimension;
        int average = Math.Max(1, members.Length / ends.Length);
        int[] sizes = new int[ends.Length];
        int[] order = new int[ends.Length];
        var longest = new PriorityQueue<int, (int, int)>();
        for (int list = 0; list < ends.Length; list++)
        {
            sizes[list] = ends[list] - (list == 0 ? 0 : ends[list - 1]);
            order[list] = list;
            longest.Enqueue(list, (-sizes[list], list));
        }

        Array.Sort(sizes, order);
        for (int i = 0; i < order.Length && sizes[i] <= average / 8; i++)
        {
            longest.TryDequeue(out int list, out (int Minus, int) length);
            if (-length.Minus <= 2 * average)
            {
                return;
            }

            int first = list == 0 ? 0 : ends[list - 1];
            int row = members[first + random.Below(ends[list] - first)];
            _sample.Decode(row, centroids.AsSpan(order[i] * dimension, dimension));
            longest.Enqueue(list, (length.Minus / 2, list));
        }
    }

    /// <summary>The rows of each centroid together, ascending, and where those of each end.</summary>
    private (int[] Members, int[] Ends) Assign(ListRouter router, ReadOnlyMemory<int> rows, int centroids)
    {
        const int ChunkRows = 256;
        int[] nearest = new int[rows.Length];
        Parallel.For(
            0,
            (rows.Length + ChunkRows - 1) / ChunkRows,
            _parallel,
            () => new int[router.ScratchLength],
            (chunk, _, dots) =>
            {
                ReadOnlySpan<int> all = rows.Span;
                int end = Math.Min(all.Length, (chunk + 1) * ChunkRows);
                for (int i = chunk * ChunkRows; i < end; i++)
                {
                    nearest[i] = router.Nearest(_sample.Row(all[i]), _sample.Factors[all[i]], dots);
                }

                return dots;
            },
            static _ => { });
        int[] next = new int[centroids + 1];
        foreach (int list in nearest)
        {
            next[list + 1]++;
        }

        for (int i = 0; i < centroids; i++)
        {
            next[i + 1] += next[i];
        }

        int[] ends = next[1..];
        int[] members = new int[nearest.Length];
        for (int i = 0; i < nearest.Length; i++)
        {
            members[next[nearest[i]]++] = rows.Span[i];
        }

        return (members, ends);
    }
}
