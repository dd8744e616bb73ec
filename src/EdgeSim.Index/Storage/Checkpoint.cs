using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>
/// What the newest manifest slot says: the rows as of one batch, in files alone. Everything later is in the
/// logs. Immutable.
/// </summary>
internal sealed record Checkpoint
{
    /// <summary>Number of the checkpoint.</summary>
    internal required ulong Commit { get; init; }

    /// <summary>The last batch that is in it.</summary>
    internal required ulong Sequence { get; init; }

    /// <summary>The first log with later batches; 0: whichever there are.</summary>
    internal required uint LogNumber { get; init; }

    /// <summary>The segments with the rows that were dead by then.</summary>
    internal required SegmentView[] Views { get; init; }

    internal required IReadOnlyList<PayloadIndexField> Fields { get; init; }

    /// <summary>The last batch that files and logs have for certain.</summary>
    internal ulong Durable { get; init; }

    /// <summary>The state file; 0 when there is none.</summary>
    internal uint StateNumber { get; init; }

    internal uint StateBytes { get; init; }

    internal uint StateChecksum { get; init; }

    /// <summary>
    /// Whether it was read from a slot of version 1, which names no state file whatever is dead.
    /// </summary>
    internal bool IsOfVersion1 { get; init; }

    /// <summary>
    /// Whether two say the same of dead rows and payload indexes, so that one file serves both.
    /// </summary>
    internal bool HasStateOf(Checkpoint other)
    {
        bool isSame = !other.IsOfVersion1 && ReferenceEquals(Fields, other.Fields);
        foreach (SegmentView view in Views)
        {
            SegmentView? before = Array.Find(other.Views, old => old.Segment == view.Segment);
            isSame &= ReferenceEquals(view.Dead, before?.Dead) || (before is null && view.Dead.Count == 0);
        }

        // One whose segment has gone would be read for nothing for ever.
        return isSame && Array.TrueForAll(
            other.Views,
            old => old.Dead.Count == 0 || Array.Exists(Views, view => view.Segment == old.Segment));
    }
}
