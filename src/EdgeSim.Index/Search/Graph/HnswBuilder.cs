using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Search.Graph;

/// <summary>
/// Builds the graph of a column: rows are inserted one by one, by several threads at once. Malkov and
/// Yashunin 2018, "Efficient and robust approximate nearest neighbor search using hierarchical navigable
/// small world graphs", with the choice of neighbours of their algorithm 4. With one thread the graph
/// follows from rows and options alone.
/// </summary>
/// <remarks>
/// Memory beside the codes, with M links: 16 M + 30 bytes a row (M = 16: 286), and one byte a row and
/// thread. A row is linked from the base layer up, so that whoever comes across it in one layer finds its
/// links in those below.
/// </remarks>
internal sealed partial class HnswBuilder
{
    private readonly HnswRows _rows;
    private readonly HnswOptions _options;
    private readonly VectorKernels _kernels;
    private readonly byte[] _levels;
    private readonly int[] _upperStarts;
    private readonly HnswLinks _base;
    private readonly HnswLinks _upper;
    private readonly Lock _growing = new();
    private int _entry = -1;

    private HnswBuilder(HnswRows rows, HnswOptions options, VectorKernels kernels, HnswCarried? carried)
    {
        options.Validate();
        _rows = rows;
        _options = options;
        _kernels = kernels;
        _levels = new byte[rows.Count];
        _upperStarts = new int[rows.Count];
        int upper = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            int old = carried?.OldOf(i) ?? -1;
            _levels[i] = (byte)(old >= 0 ? carried!.LevelOf(old) : LevelOf(i));
            _upperStarts[i] = upper;
            upper += _levels[i];
        }

        _base = new HnswLinks(rows.Count, options.BaseLinks);
        _upper = new HnswLinks(upper, options.Links);
    }

    /// <summary>Rows.</summary>
    internal int Count => _rows.Count;

    /// <summary>How it was built.</summary>
    internal HnswOptions Options => _options;

    /// <summary>What scales were divided by.</summary>
    internal float ScaleMax => _rows.ScaleMax;

    /// <summary>Row at which a search begins, of the highest level.</summary>
    internal int Entry => _entry;

    /// <summary>Builds a graph. O(rows x log rows).</summary>
    /// <param name="rows">At least one.</param>
    /// <param name="options">How.</param>
    /// <param name="kernels">The instruction set.</param>
    /// <param name="carried">A graph of some of the rows to start from; null: none.</param>
    /// <param name="progress">Told now and then how many rows are linked; by one thread.</param>
    /// <param name="stop">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    internal static HnswBuilder Build(
        HnswRows rows,
        HnswOptions options,
        VectorKernels kernels,
        HnswCarried? carried = null,
        Action<int>? progress = null,
        CancellationToken stop = default)
    {
        var builder = new HnswBuilder(rows, options, kernels, carried);
        if (carried is not null)
        {
            builder.Carry(carried, stop);
        }

        long step = StepThrough(rows.Count);
        builder.Run(rows.Count, stop, (worker, i) =>
        {
            int row = (int)(i * step % rows.Count);
            if (carried is null || carried.OldOf(row) < 0)
            {
                builder.Insert(row, worker);
            }
        }, progress);
        builder.ReachAll();
        return builder;
    }

    /// <summary>The highest layer in which a row is; 0 is the base.</summary>
    internal int LevelOfRow(int row) => _levels[row];

    /// <summary>Copies the links of a row in a layer; returns how many.</summary>
    internal int ReadLinks(int row, int layer, Span<int> rows)
        => layer == 0 ? _base.Read(row, rows) : _upper.Read(_upperStarts[row] + layer - 1, rows);

    /// <summary>
    /// A row is in layer l with probability M^-l, whatever thread inserts it.
    /// </summary>
    private int LevelOf(int row)
    {
        var random = new SplitMix64(_options.Seed + ((ulong)row * 0x9E3779B97F4A7C15));
        double level = -Math.Log(1 - random.Fraction()) / Math.Log(_options.Links);
        return (int)Math.Min(level, HnswGraph.LayersMax);
    }

    /// <summary>
    /// Rows are inserted in steps of about the golden section through all of them: rows that lie together in
    /// a file (a list, an hour of one camera) come in spread out, and long links are made before short ones
    /// take their places.
    /// </summary>
    private static long StepThrough(int count)
    {
        long step = Math.Max(1, (long)(count * 0.6180339887498949));
        while (Gcd(step, count) != 1)
        {
            step++;
        }

        return step;
    }

    private static long Gcd(long first, long second) => second == 0 ? first : Gcd(second, first % second);

    private void Insert(int row, HnswWorker worker)
    {
        if (_levels[row] > TopLevel())
        {
            // Rare: a row above all others. Its kind waits for each other, so that each finds the one before.
            lock (_growing)
            {
                Link(row, worker);
                if (_levels[row] > TopLevel())
                {
                    Volatile.Write(ref _entry, row);
                }
            }
        }
        else
        {
            Link(row, worker);
        }
    }

    private int TopLevel()
    {
        int entry = Volatile.Read(ref _entry);
        return entry < 0 ? -1 : _levels[entry];
    }

    /// <summary>Finds the neighbours of a row in every layer, then links it.</summary>
    private void Link(int row, HnswWorker worker)
    {
        int current = Volatile.Read(ref _entry);
        if (current < 0)
        {
            return;
        }

        int top = _levels[current];
        int level = Math.Min(top, _levels[row]);
        for (int layer = top; layer > level; layer--)
        {
            current = Descend(row, current, layer, worker);
        }

        for (int layer = level; layer >= 0; layer--)
        {
            Walk(row, current, layer, worker);
            current = worker.Rows[0];
            Choose(worker, _options.Links);
            WriteOwn(row, layer, worker);
        }

        for (int layer = 0; layer <= level; layer++)
        {
            LinkBack(row, layer, worker);
        }
    }

    /// <summary>The nearest row that a greedy walk reaches.</summary>
    private int Descend(int row, int current, int layer, HnswWorker worker)
    {
        Span<int> rows = worker.Others;
        worker.Others[0] = current;
        _rows.Keys(_kernels, row, rows[..1], worker.Dots, worker.OtherKeys);
        float best = worker.OtherKeys[0];
        bool isBetter = true;
        while (isBetter)
        {
            isBetter = false;
            int count = ReadLinks(current, layer, rows);
            _rows.Keys(_kernels, row, rows[..count], worker.Dots, worker.OtherKeys);
            for (int i = 0; i < count; i++)
            {
                if (worker.OtherKeys[i] < best)
                {
                    best = worker.OtherKeys[i];
                    current = rows[i];
                    isBetter = true;
                }
            }
        }

        return current;
    }

    /// <summary>Fills the worker with the rows of a layer nearest to a row, nearest first.</summary>
    private void Walk(int row, int entry, int layer, HnswWorker worker)
    {
        HnswScratch scratch = worker.Scratch;
        HnswPool pool = scratch.Pool;
        scratch.BeginWalk(_rows.Count);
        pool.Reset(_options.Effort, 0);
        Span<byte> seen = scratch.Seen;
        byte epoch = scratch.Epoch;
        Span<int> links = worker.Places;
        Span<int> rows = scratch.Rows;
        seen[row] = seen[entry] = epoch;
        rows[0] = entry;
        int count = 1;
        do
        {
            _rows.Keys(_kernels, row, rows[..count], scratch.Dots, worker.OtherKeys);
            for (int i = 0; i < count; i++)
            {
                if (worker.OtherKeys[i] < pool.Bound)
                {
                    pool.Add(worker.OtherKeys[i], rows[i], true);
                }
            }

            count = 0;
            while (count == 0 && pool.TryExpand(out int next))
            {
                foreach (int link in links[..ReadLinks(next, layer, links)])
                {
                    if (seen[link] != epoch)
                    {
                        seen[link] = epoch;
                        rows[count++] = link;
                    }
                }
            }
        }
        while (count > 0);
        worker.Count = pool.Count;
        for (int i = 0; i < pool.Count; i++)
        {
            worker.Rows[i] = pool.Row(i);
            worker.Keys[i] = pool.Key(i);
        }

        if (worker.Count > 0 && _rows.AreIdentical(row, worker.Rows[0]))
        {
            AddLinksOf(worker.Rows[0], row, layer, worker);
        }
    }
}
