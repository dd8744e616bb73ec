using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Search;

/// <summary>Keeps the best rows of each of some groups.</summary>
internal sealed class MembersWorker<TScorer> : ScanWorker
    where TScorer : struct, IRowScorer
{
    private TScorer _scorer;
    private Dictionary<byte[], int>? _groups;
    private GroupValues? _values;
    private TopK[] _best = [];
    private uint[] _last = [];
    private float _bar;

    internal TopK Best(int group) => _best[group];

    /// <param name="memory">What this thread writes to.</param>
    /// <param name="scorer">Scores rows.</param>
    /// <param name="path">Where the values are.</param>
    /// <param name="groups">The groups and their numbers; only read.</param>
    /// <param name="size">Rows kept of each.</param>
    /// <param name="bar">Rows have a score above this.</param>
    internal void Begin(
        ScanMemory memory,
        in TScorer scorer,
        PayloadPath path,
        Dictionary<byte[], int> groups,
        int size,
        float bar)
    {
        Begin(memory);
        _scorer = scorer;
        _scorer.Fork();
        _groups = groups;
        _values = new GroupValues(path);
        _bar = bar;
        _best = new TopK[groups.Count];
        for (int i = 0; i < _best.Length; i++)
        {
            _best[i] = memory.Heap(i, size);
        }

        _last = new uint[groups.Count];
        Array.Fill(_last, uint.MaxValue);
    }

    /// <inheritdoc/>
    protected override void Step(in ScanStep step)
    {
        Span<int> dots = Memory.Dots(_scorer.Lanes * step.Slots);
        _scorer.Measure(step, dots);
        float threshold = Threshold();
        int slots = step.Slots;
        for (int slot = 0; slot < slots; slot++)
        {
            if (threshold != float.NegativeInfinity)
            {
                slot = _scorer.Next(step, dots, slot, threshold);
                if (slot == slots)
                {
                    break;
                }
            }

            int row = step.RowOf(slot);
            if (!step.IsWanted(row))
            {
                continue;
            }

            float score = _scorer.Score(step, row);
            RowsRescored++;
            if (!(score > threshold))
            {
                continue;
            }

            if (!step.Matches(row))
            {
                RowsFiltered++;
            }
            else if (Add(step.Payload(row), score, step.PlaceOf(row)))
            {
                threshold = Threshold();
            }
        }
    }

    /// <inheritdoc/>
    protected override void Merge(ScanWorker other)
    {
        var worker = (MembersWorker<TScorer>)other;
        for (int i = 0; i < _best.Length; i++)
        {
            _best[i].Add(worker._best[i]);
        }
    }

    private bool Add(ReadOnlySpan<byte> payload, float score, uint place)
    {
        var numbers = _groups!.GetAlternateLookup<ReadOnlySpan<byte>>();
        GroupValues values = _values!;
        values.Read(payload);
        bool isAdded = false;
        for (int i = 0; i < values.Count; i++)
        {
            // A value that stands there twice counts once.
            if (numbers.TryGetValue(values[i], out int group) && _last[group] != place)
            {
                _last[group] = place;
                _best[group].Add(score, place);
                isAdded = true;
            }
        }

        return isAdded;
    }

    /// <summary>The worst of all rows kept, or the bar while a group has room. O(groups).</summary>
    private float Threshold()
    {
        float least = float.PositiveInfinity;
        foreach (TopK best in _best)
        {
            if (!best.IsFull)
            {
                return _bar;
            }

            least = Math.Min(least, best.Threshold);
        }

        return Math.Max(_bar, least);
    }
}
