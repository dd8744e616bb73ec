using EdgeSim.Index.Payloads;
using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The rows as the writer changes them, between two snapshots. Everything can be taken back to a mark: a
/// batch that turns out to be wrong, or that the log does not take, leaves nothing.
/// </summary>
internal sealed class WriteState
{
    private readonly CollectionOptions _options;
    private readonly List<Step> _steps = [];
    private SegmentView[] _views;
    private Tombstones.Builder?[] _dead;
    private FreshRows? _sealing;
    private int _activeLive;
    private int _sealingLive;
    private int _freshNumber;

    internal WriteState(
        CollectionOptions options,
        SegmentView[] views,
        IReadOnlyList<PayloadIndexField> fields,
        ulong sequence)
    {
        _options = options;
        _views = views;
        _dead = new Tombstones.Builder?[views.Length];
        Fields = fields;
        Sequence = sequence;
        LiveCount = views.Sum(view => (long)view.LiveCount);
        Active = new FreshRows(options, --_freshNumber);
    }

    private enum StepKind
    {
        Added,
        KilledActive,
        KilledSealing,
        KilledSealed,
        ChangedFields,
    }

    /// <summary>Number of the batch that is being applied, or that was applied last.</summary>
    internal ulong Sequence { get; set; }

    /// <summary>How much of the files may be in memory.</summary>
    internal Residency Residency { get; init; } = Residency.Unlimited;

    /// <summary>Live rows.</summary>
    internal long LiveCount { get; private set; }

    /// <summary>Where rows are put.</summary>
    internal FreshRows Active { get; private set; }

    internal IReadOnlyList<PayloadIndexField> Fields { get; private set; }

    internal bool IsSealing => _sealing is not null;

    /// <summary>Where a <see cref="Rollback"/> can return to.</summary>
    internal int Mark => _steps.Count;

    /// <summary>Takes the live row of a key out; false when there is none.</summary>
    internal bool Delete(Key key)
    {
        int ordinal = Active.Find(key, Active.RowCount, FreshRows.Alive - 1);
        if (ordinal >= 0)
        {
            Active.SetDeadFrom(ordinal, Sequence);
            return Took(StepKind.KilledActive, ordinal);
        }

        ordinal = _sealing?.Find(key, _sealing.RowCount, FreshRows.Alive - 1) ?? -1;
        if (ordinal >= 0)
        {
            _sealing!.SetDeadFrom(ordinal, Sequence);
            return Took(StepKind.KilledSealing, ordinal);
        }

        for (int i = _views.Length - 1; i >= 0; i--)
        {
            ordinal = _views[i].Segment.Find(key);
            if (ordinal >= 0 && !IsDead(i, ordinal))
            {
                (_dead[i] ??= new Tombstones.Builder(_views[i].Dead)).Set(ordinal, isDead: true);
                return Took(StepKind.KilledSealed, ordinal, i);
            }
        }

        return false;
    }

    /// <summary>Puts a row in; its key has no live row.</summary>
    internal void Put(Key key, ReadOnlySpan<byte> payload)
    {
        _steps.Add(new Step(StepKind.Added, Active.Add(key, payload), 0));
        _activeLive++;
        LiveCount++;
    }

    /// <summary>Gives the row put in last a vector.</summary>
    internal void PutVector(int column, ReadOnlySpan<sbyte> codes, QuantizedRow side)
        => Active.AddVector(column, codes, side);

    /// <summary>Finds the live row of a key among what has been applied so far.</summary>
    internal bool TryFind(Key key, out IRowSource source, out int ordinal)
    {
        ordinal = Active.Find(key, Active.RowCount, FreshRows.Alive - 1);
        if (ordinal >= 0)
        {
            source = new FreshView(Active, Active.RowCount, Sequence, _activeLive);
            return true;
        }

        ordinal = _sealing?.Find(key, _sealing.RowCount, FreshRows.Alive - 1) ?? -1;
        if (ordinal >= 0)
        {
            source = new FreshView(_sealing!, _sealing!.RowCount, Sequence, _sealingLive);
            return true;
        }

        for (int i = _views.Length - 1; i >= 0; i--)
        {
            ordinal = _views[i].Segment.Find(key);
            if (ordinal >= 0 && !IsDead(i, ordinal))
            {
                source = _views[i];
                return true;
            }
        }

        source = _views.Length > 0 ? _views[0] : new FreshView(Active, 0, 0, 0);
        return false;
    }

    /// <summary>Keys of the live rows that a filter matches, among what has been applied so far.</summary>
    /// <exception cref="ArgumentException">
    /// More than <see cref="IndexLimits.FilteredPointsMax"/>, or a filter that makes no sense.
    /// </exception>
    internal List<Key> Select(Filter filter)
    {
        PreparedFilter prepared = PreparedFilter.Prepare(filter);
        var evaluator = new FilterEvaluator();
        var rows = new RowBitmap();
        var keys = new List<Key>();
        foreach (SourceRows source in Sources())
        {
            evaluator.Evaluate(prepared, source, rows);
            for (int row = rows.Next(0); row >= 0; row = rows.Next(row + 1))
            {
                keys.Add(source.Key(row));
            }

            if (keys.Count > IndexLimits.FilteredPointsMax)
            {
                throw new ArgumentException(
                    $"The filter matches more than {IndexLimits.FilteredPointsMax} points, the most that one "
                    + "batch changes. Narrow it, for instance by ranges of a field.");
            }
        }

        return keys;
    }

    /// <summary>Declares a payload index, or with kind 0 drops it.</summary>
    internal void SetField(int kind, string path)
    {
        _steps.Add(new Step(StepKind.ChangedFields, 0, 0) { Fields = Fields });
        var fields = Fields.Where(field => field.Path != path).ToList();
        if (kind != 0)
        {
            fields.Add(new PayloadIndexField(path, (PayloadIndexKind)kind));
        }

        Fields = fields;
    }

    /// <summary>Takes back what was applied since a mark, the last first.</summary>
    internal void Rollback(int mark)
    {
        for (int i = _steps.Count - 1; i >= mark; i--)
        {
            Undo(_steps[i]);
        }

        _steps.RemoveRange(mark, _steps.Count - mark);
    }

    /// <summary>What readers see from now on. Nothing before can be taken back any more.</summary>
    internal Snapshot MakeSnapshot()
    {
        if (Array.Exists(_dead, builder => builder is not null))
        {
            // Older snapshots keep their array.
            _views = [.. _views];
            for (int i = 0; i < _views.Length; i++)
            {
                _views[i] = _dead[i] is { } builder ? new(_views[i].Segment, builder.Finish()) : _views[i];
            }

            Array.Clear(_dead);
        }

        _steps.Clear();
        var active = new FreshView(Active, Active.RowCount, Sequence, _activeLive);
        FreshView[] fresh = _sealing is null
            ? [active]
            : [new FreshView(_sealing, _sealing.RowCount, Sequence, _sealingLive), active];
        return new Snapshot(_options, Sequence, _views, fresh, Fields) { Residency = Residency };
    }

    /// <summary>
    /// Sets the rows in memory aside to be sealed; new ones go elsewhere. Between two batches.
    /// </summary>
    internal void BeginSealing()
    {
        _sealing = Active;
        _sealingLive = _activeLive;
        Active = new FreshRows(_options, --_freshNumber);
        _activeLive = 0;
    }

    /// <summary>
    /// Puts the segment that the rows set aside have become in their place; those that died meanwhile are
    /// dead in it too. Null when none of them lived. Between two batches.
    /// </summary>
    internal void EndSealing(Segment? made, ulong sealedSequence)
    {
        FreshRows rows = _sealing!;
        if (made is not null)
        {
            var builder = new Tombstones.Builder(Tombstones.None);
            for (int i = 0; i < rows.RowCount; i++)
            {
                ulong dead = rows.DeadFrom(i);
                if (dead > sealedSequence && dead != FreshRows.Alive)
                {
                    builder.Set(made.Find(rows.Key(i)), isDead: true);
                }
            }

            SetViews([.. _views, new SegmentView(made, builder.Finish())]);
        }

        _sealing = null;
        _sealingLive = 0;
    }

    /// <summary>
    /// Puts a segment in the place of those whose live rows, as of a checkpoint, it was made of. Between two
    /// batches.
    /// </summary>
    internal void Replace(IReadOnlyList<SegmentView> merged, Segment? made)
    {
        var views = new List<SegmentView>(_views);
        SegmentView? result = made is null ? null : Carry(merged, views, made);
        int at = views.FindIndex(view => view.Segment == merged[0].Segment);
        views.RemoveAll(view => merged.Any(old => old.Segment == view.Segment));
        if (result is not null)
        {
            views.Insert(Math.Min(at, views.Count), result);
        }

        SetViews([.. views]);
    }

    /// <summary>
    /// Takes other segments, while no row is in memory, as of a batch. Between two batches.
    /// </summary>
    internal void Adopt(SegmentView[] views, ulong sequence)
    {
        SetViews(views);
        Sequence = sequence;
        LiveCount = views.Sum(view => (long)view.LiveCount);
    }

    /// <summary>
    /// A segment made of the live rows of others, without the rows that have died there since.
    /// </summary>
    internal static SegmentView Carry(
        IReadOnlyList<SegmentView> merged, IReadOnlyList<SegmentView> now, Segment made)
    {
        var builder = new Tombstones.Builder(Tombstones.None);
        foreach (SegmentView old in merged)
        {
            SegmentView current = now.First(view => view.Segment == old.Segment);
            for (int i = 0; i < old.RowCount && !ReferenceEquals(current.Dead, old.Dead); i++)
            {
                if (old.IsLive(i) && !current.IsLive(i))
                {
                    builder.Set(made.Find(old.Key(i)), isDead: true);
                }
            }
        }

        return new SegmentView(made, builder.Finish());
    }

    /// <summary>
    /// Forgets rows that never came to life because their batches failed, once they take room. Between two
    /// batches.
    /// </summary>
    internal void DropFailed(FreshView live)
    {
        var kept = new FreshRows(_options, --_freshNumber);
        for (int i = 0; i < live.RowCount; i++)
        {
            if (live.IsLive(i))
            {
                kept.Add(live.Key(i), live.Payload(i));
                for (int column = 0; column < _options.Vectors.Count; column++)
                {
                    int vector = live.VectorOf(column, i);
                    if (vector >= 0)
                    {
                        kept.AddVector(column, live.Codes(column, vector), live.Side(column, vector));
                    }
                }
            }
        }

        Active = kept;
    }

    private IEnumerable<SourceRows> Sources()
    {
        for (int i = 0; i < _views.Length; i++)
        {
            yield return _dead[i] is { } builder
                ? new SourceRows(
                    new SegmentView(_views[i].Segment, builder.Peek()), _views[i].Segment)
                : new SourceRows(_views[i], _views[i].Segment);
        }

        if (_sealing is not null)
        {
            yield return new SourceRows(Current(_sealing, _sealingLive), null);
        }

        yield return new SourceRows(Current(Active, _activeLive), null);
    }

    /// <summary>
    /// Fresh rows as the batches so far have left them: those that died in this one are dead.
    /// </summary>
    private FreshView Current(FreshRows rows, int live) => new(rows, rows.RowCount, Sequence, live);

    private void SetViews(SegmentView[] views)
    {
        _views = views;
        _dead = new Tombstones.Builder?[views.Length];
    }

    private bool IsDead(int view, int ordinal)
        => _dead[view]?.IsDead(ordinal) ?? !_views[view].IsLive(ordinal);

    private bool Took(StepKind kind, int ordinal, int view = 0)
    {
        _steps.Add(new Step(kind, ordinal, view));
        _activeLive -= kind == StepKind.KilledActive ? 1 : 0;
        _sealingLive -= kind == StepKind.KilledSealing ? 1 : 0;
        LiveCount--;
        return true;
    }

    private void Undo(Step step)
    {
        switch (step.Kind)
        {
            case StepKind.Added:
                Active.SetDeadFrom(step.Ordinal, 0);
                _activeLive--;
                LiveCount--;
                return;
            case StepKind.KilledActive:
                Active.SetDeadFrom(step.Ordinal, FreshRows.Alive);
                _activeLive++;
                break;
            case StepKind.KilledSealing:
                _sealing!.SetDeadFrom(step.Ordinal, FreshRows.Alive);
                _sealingLive++;
                break;
            case StepKind.KilledSealed:
                _dead[step.View]!.Set(step.Ordinal, isDead: false);
                break;
            default:
                Fields = step.Fields!;
                return;
        }

        LiveCount++;
    }

    private readonly record struct Step(StepKind Kind, int Ordinal, int View)
    {
        internal IReadOnlyList<PayloadIndexField>? Fields { get; init; }
    }
}
