using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>Opens the files that a manifest slot lists.</summary>
internal static class CheckpointOpener
{
    /// <summary>Maps the segments of a checkpoint; the caller has one share of each.</summary>
    internal static Checkpoint Open(StoreContext store, in ManifestSlot slot)
    {
        var segments = new List<Segment>();
        try
        {
            for (int i = 0; i < slot.SegmentCount; i++)
            {
                ManifestEntry entry = slot.Segments[i];
                string path = store.File(OrphanFiles.SegmentName(entry.Number));
                Segment segment = SegmentOpener.Open(
                    store.Files, path, store.Descriptor.Id, store.Options, entry);
                segment.Share();
                segments.Add(segment);
            }

            (SegmentView[] views, IReadOnlyList<PayloadIndexField> fields) = slot.Version == 1
                ? (WithoutReplaced(segments), [])
                : WithoutDead(store, slot, segments);
            return new Checkpoint
            {
                Commit = slot.Commit,
                Sequence = slot.Sequence,
                LogNumber = slot.LogNumber,
                Durable = slot.Durable,
                Views = views,
                Fields = fields,
                StateNumber = slot.StateNumber,
                StateBytes = slot.StateBytes,
                StateChecksum = slot.StateChecksum,
                IsOfVersion1 = slot.Version == 1,
            };
        }
        catch
        {
            segments.ForEach(segment => segment.Release());
            throw;
        }
    }

    /// <summary>Version 1: a row replaces those of the same key in older segments.</summary>
    private static SegmentView[] WithoutReplaced(List<Segment> segments)
    {
        SegmentView[] views = [.. segments.Select(segment => new SegmentView(segment, Tombstones.None))];
        for (int newer = 1; newer < views.Length; newer++)
        {
            for (int older = 0; older < newer; older++)
            {
                views[older] = views[older].Without(segments[newer]);
            }
        }

        return views;
    }

    private static (SegmentView[] Views, IReadOnlyList<PayloadIndexField> Fields) WithoutDead(
        StoreContext store, in ManifestSlot slot, List<Segment> segments)
    {
        Dictionary<uint, Tombstones> dead = [];
        IReadOnlyList<PayloadIndexField> fields = [];
        if (slot.StateNumber != 0)
        {
            (dead, fields) = StateFile.Read(store.Files, store.Path, store.Descriptor, slot);
        }

        var views = new SegmentView[segments.Count];
        for (int i = 0; i < views.Length; i++)
        {
            Tombstones rows = dead.GetValueOrDefault((uint)segments[i].Number, Tombstones.None);
            if (rows.Count > segments[i].RowCount
                || rows.PageCount > (segments[i].RowCount / Tombstones.PageRows) + 1)
            {
                throw new IndexCorruptException(
                    store.File(StateFile.Name(slot.StateNumber)),
                    null,
                    $"{rows.Count} of {segments[i].RowCount} rows of segment {segments[i].Number} are dead");
            }

            views[i] = new SegmentView(segments[i], rows);
        }

        return (views, fields);
    }
}
