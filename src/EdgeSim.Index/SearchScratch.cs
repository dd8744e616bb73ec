using EdgeSim.Index.Search;

namespace EdgeSim.Index;

/// <summary>
/// The memory of a search, reused. It grows to the largest question asked with it and then stays: after that
/// a search for one vector with one thread and without a filter allocates nothing. One search at a time;
/// concurrent searches bring one each.
/// </summary>
public sealed class SearchScratch
{
    /// <summary>
    /// Bytes that one scratch can grow to for such a search: query, its codes, the dot products of a step,
    /// the heap. A search that probes segments adds what <see cref="Search.ProbeScratch"/> says. A batch or
    /// a query of several vectors multiplies the first two, each further thread has its own of the last
    /// two, and a filter takes some bits for each row.
    /// </summary>
    public const int BytesMax =
        (IndexLimits.DimensionMax * (sizeof(float) + sizeof(sbyte)))
        + (2 * FlatIndex.StepRowsMax * sizeof(int))
        + ((IndexLimits.KMax + IndexLimits.OffsetMax) * sizeof(ulong));

    private readonly List<ScanMemory> _memories = [new ScanMemory()];
    private ScanWorker[] _team = [];

    /// <summary>Bytes held now, without the bits of filters.</summary>
    public long Bytes
    {
        get
        {
            long bytes = Lanes.Bytes + Probe.Bytes;
            foreach (ScanMemory memory in _memories)
            {
                bytes += memory.Bytes;
            }

            return bytes;
        }
    }

    internal LaneBuffer Lanes { get; } = new();

    internal ScanPlan Plan { get; } = new();

    internal ProbeScratch Probe { get; } = new();

    /// <summary>What one thread writes to.</summary>
    internal ScanMemory Memory(int thread)
    {
        while (_memories.Count <= thread)
        {
            _memories.Add(new ScanMemory());
        }

        return _memories[thread];
    }

    /// <summary>
    /// Workers for a scan, no more than it has chunks; the same ones as long as the same kind is asked for.
    /// </summary>
    internal Span<ScanWorker> Team<TWorker>(int threads, int chunks)
        where TWorker : ScanWorker, new()
    {
        int count = Math.Max(1, Math.Min(threads, chunks));
        if (_team.Length < count)
        {
            Array.Resize(ref _team, count);
        }

        for (int i = 0; i < count; i++)
        {
            _team[i] = _team[i] as TWorker ?? new TWorker();
        }

        return _team.AsSpan(0, count);
    }
}
