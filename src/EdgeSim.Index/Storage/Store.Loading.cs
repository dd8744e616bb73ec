using EdgeSim.Index.Transfer;

namespace EdgeSim.Index.Storage;

/// <content>Segments that did not come through the log.</content>
internal sealed partial class Store
{
    /// <summary>Starts a segment file for so many rows.</summary>
    internal BulkSegment StartSegment(int rowsMax)
    {
        RequireWritable();
        return new BulkSegment(_context, _checkpoints, rowsMax);
    }

    /// <summary>The payload indexes that are declared now.</summary>
    internal IReadOnlyList<Payloads.PayloadIndexField> Fields()
    {
        Snapshot newest = _holder.Share();
        IReadOnlyList<Payloads.PayloadIndexField> fields = newest.Fields;
        newest.Release();
        return fields;
    }

    /// <summary>Makes the rows of some segments happen as one batch; the caller keeps its shares.</summary>
    internal ulong Load(IReadOnlyList<Segment> made)
    {
        RequireWritable();
        using CollectionReader reader = new(_holder.Share());
        long rows = reader.Snapshot.Views.Sum(view => (long)view.RowCount)
            + reader.Snapshot.Fresh.Sum(view => (long)view.RowCount)
            + made.Sum(segment => (long)segment.RowCount);
        if (rows > IndexLimits.RowsMax)
        {
            throw new IndexFullException(
                _context.Path,
                $"the collection would have {rows} rows, replaced ones included; "
                + $"allowed are {IndexLimits.RowsMax}",
                "Compact it, or start another collection.");
        }

        while (_checkpoints.Current.Views.Length + made.Count >= IndexLimits.SegmentsMax
            && _merger.Step(Merger.DeadMinInBackground, new WritePace(0, _stop.Token)))
        {
        }

        ulong sequence = 0;
        Guard("the rows could not be added", () => sequence = _sealer.Load(made));
        if (_context.Settings.IsBackground)
        {
            _merging.Wake();
        }

        return sequence;
    }

    /// <summary>
    /// Removes a segment that was made and is listed nowhere. While the disk may have a list with it, it
    /// stays: whoever opens the collection next knows.
    /// </summary>
    internal void Discard(Segment made)
    {
        if (!_sealer.IsUnsure)
        {
            _context.TryDelete(System.IO.Path.GetFileName(made.Path));
        }

        made.Release();
    }
}
