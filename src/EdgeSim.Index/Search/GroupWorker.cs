using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Search;

/// <summary>Finds the groups with the best matches. Reads the payloads of rows that could be one.</summary>
internal sealed class GroupWorker<TScorer> : ScanWorker
    where TScorer : struct, IRowScorer
{
    private TScorer _scorer;
    private BestGroups? _groups;
    private GroupValues? _values;
    private float _bar;

    internal BestGroups Groups => _groups!;

    internal void Begin(ScanMemory memory, in TScorer scorer, PayloadPath path, int groups, float bar)
    {
        Begin(memory);
        _scorer = scorer;
        _scorer.Fork();
        _groups = new BestGroups(groups);
        _values = new GroupValues(path);
        _bar = bar;
    }

    /// <inheritdoc/>
    protected override void Step(in ScanStep step)
    {
        Span<int> dots = Memory.Dots(_scorer.Lanes * step.Slots);
        _scorer.Measure(step, dots);
        BestGroups groups = _groups!;
        GroupValues values = _values!;
        float threshold = groups.IsFull ? Math.Max(_bar, groups.Threshold) : _bar;
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
                continue;
            }

            values.Read(step.Payload(row));
            ulong item = TopK.Pack(score, step.PlaceOf(row));
            for (int i = 0; i < values.Count; i++)
            {
                groups.Add(values[i], item);
            }

            threshold = groups.IsFull ? Math.Max(_bar, groups.Threshold) : _bar;
        }
    }

    /// <inheritdoc/>
    protected override void Merge(ScanWorker other) => _groups!.Add(((GroupWorker<TScorer>)other)._groups!);
}
