using EdgeSim.Index.Kernels;
using EdgeSim.Index.Search.Lists;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The order in which the vectors of a column stand in a segment that is being written, where it is not the
/// one in which the sources have them: that of lists, or again that of the rows. Follows from sources and
/// options alone, so that a merge that is gone on with comes to the same. Memory: 4 bytes for each vector of
/// the sources, 2 more while lists are made, and what <see cref="ListTraining"/> says.
/// </summary>
internal sealed class ColumnOrder
{
    /// <summary>Marks a vector that is not written.</summary>
    internal const uint None = uint.MaxValue;

    private const ushort Dead = ushort.MaxValue;
    private const ushort Live = ushort.MaxValue - 1;

    private readonly IReadOnlyList<IRowSource> _sources;
    private readonly int[] _firsts;
    private readonly uint[] _places;

    private ColumnOrder(IReadOnlyList<IRowSource> sources, int column)
    {
        _sources = sources;
        Column = column;
        _firsts = new int[sources.Count + 1];
        for (int i = 0; i < sources.Count; i++)
        {
            _firsts[i + 1] = checked(_firsts[i] + sources[i].VectorCount(column));
        }

        _places = new uint[_firsts[^1]];
        Array.Fill(_places, None);
    }

    internal int Column { get; }

    /// <summary>Vectors that are written.</summary>
    internal int Count { get; private set; }

    /// <summary>The lists; null: the vectors are in the order of the rows.</summary>
    internal ListPlan? Lists { get; private set; }

    /// <summary>
    /// The order of a column; null: that of the rows, in which all sources have it already.
    /// </summary>
    /// <param name="sources">Rows; at least one is live.</param>
    /// <param name="column">Which vectors.</param>
    /// <param name="vectors">How many of them live.</param>
    /// <param name="vector">What they are.</param>
    /// <param name="options">How they get lists; null: they get none.</param>
    /// <param name="stop">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    internal static ColumnOrder? Of(
        IReadOnlyList<IRowSource> sources,
        int column,
        int vectors,
        VectorOptions vector,
        ListOptions? options,
        CancellationToken stop)
    {
        int lists = options?.CountFor(vectors) ?? 0;
        if (lists == 0)
        {
            if (vectors == 0 || !sources.Any(source => source.IsInListOrder(column)))
            {
                return null;
            }

            var rows = new ColumnOrder(sources, column);
            rows.ForEachRow((at, _) => rows._places[at] = (uint)rows.Count++);
            return rows;
        }

        var order = new ColumnOrder(sources, column);
        order.MakeLists(vector, vectors, lists, options!, stop);
        return order;
    }

    /// <summary>New number of a vector of a source; <see cref="None"/>: it is not written.</summary>
    internal uint PlaceOf(int source, int vector) => _places[_firsts[source] + vector];

    /// <summary>New numbers of all vectors of a source.</summary>
    internal ReadOnlySpan<uint> PlacesOf(int source) => _places.AsSpan(_firsts[source].._firsts[source + 1]);

    private void MakeLists(
        VectorOptions vector, int vectors, int lists, ListOptions options, CancellationToken stop)
    {
        ushort[] listOf = new ushort[_places.Length];
        Array.Fill(listOf, Dead);
        ForEachRow((at, _) => listOf[at] = Live);
        float[] centroids = ListTraining.Train(
            Sample(listOf, vector, vectors, options), lists, options, VectorKernels.Best, stop);
        var assignment = new ListAssignment(vector, centroids, vectors, options, VectorKernels.Best, stop);
        Assign(listOf, assignment);

        int[] order = assignment.Order();
        int[] next = new int[order.Length];
        int[] ends = new int[order.Length];
        float[] radii = new float[order.Length];
        float[] ordered = new float[order.Length * vector.Dimension];
        for (int i = 0; i < order.Length; i++)
        {
            next[order[i]] = i == 0 ? 0 : ends[i - 1];
            ends[i] = next[order[i]] + assignment.SizeOf(order[i]);
            radii[i] = assignment.RadiusOf(order[i]);
            assignment.CentroidOf(order[i]).CopyTo(ordered.AsSpan(i * vector.Dimension));
        }

        // By rows: within a list older rows come first, wherever they stood before.
        ForEachRow((at, _) => _places[at] = (uint)next[listOf[at]]++);
        Count = vectors;
        Lists = new ListPlan(vector.Dimension, options.Seed, ordered, ends, radii);
    }

    /// <summary>A sample of the live vectors, evenly drawn without going back.</summary>
    private ListSample Sample(ushort[] listOf, VectorOptions vector, int vectors, ListOptions options)
    {
        var sample = new ListSample(
            vector, ListTraining.SampleRows(vectors, vector.Stride, options.SampleBytes));
        var random = new SplitMix64(options.Seed);
        int left = vectors;
        ForEachVector(vector.Stride, (at, source, number) =>
        {
            if (listOf[at] == Live && random.Below(left--) < sample.Capacity - sample.Count)
            {
                sample.Add(source.Codes(Column, number), source.Side(Column, number));
            }
        });
        return sample;
    }

    private void Assign(ushort[] listOf, ListAssignment assignment)
    {
        int[] waiting = new int[assignment.Block.Capacity];
        ushort[] lists = new ushort[waiting.Length];
        ForEachVector(assignment.Block.Stride, (at, source, number) =>
        {
            if (listOf[at] == Live)
            {
                waiting[assignment.Block.Count] = at;
                assignment.Block.Add(source.Codes(Column, number), source.Side(Column, number));
                if (assignment.IsFull)
                {
                    Flush();
                }
            }
        });
        Flush();

        void Flush()
        {
            int count = assignment.Block.Count;
            assignment.Flush(lists);
            for (int i = 0; i < count; i++)
            {
                listOf[waiting[i]] = lists[i];
            }
        }
    }

    /// <summary>
    /// The live rows that have a vector, in their order: number of the vector, new ordinal.
    /// </summary>
    internal void ForEachRow(Action<int, int> action)
    {
        int newOrdinal = 0;
        for (int i = 0; i < _sources.Count; i++)
        {
            IRowSource source = _sources[i];
            for (int row = 0; row < source.RowCount; row++)
            {
                if (source.IsLive(row))
                {
                    int vector = source.VectorOf(Column, row);
                    if (vector >= 0)
                    {
                        action(_firsts[i] + vector, newOrdinal);
                    }

                    newOrdinal++;
                }
            }
        }
    }

    /// <summary>
    /// All vectors in the order in which the sources have them, so that files are read from their start to
    /// their end; what was read does not stay in this process's memory.
    /// </summary>
    private void ForEachVector(int stride, Action<int, IRowSource, int> action)
    {
        int step = OrderedVectors.ForgetBytes / stride;
        for (int i = 0; i < _sources.Count; i++)
        {
            int count = _firsts[i + 1] - _firsts[i];
            for (int vector = 0; vector < count; vector++)
            {
                action(_firsts[i] + vector, _sources[i], vector);
                if (vector % step == step - 1)
                {
                    _sources[i].Forget();
                }
            }

            _sources[i].Forget();
        }
    }

    /// <summary>The place of a vector by its number among those of all sources.</summary>
    internal uint this[int at] => _places[at];
}
