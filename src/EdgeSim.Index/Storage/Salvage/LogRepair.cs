using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>Applies the batches that the logs still have, and puts their rows into segments.</summary>
internal sealed class LogRepair
{
    private readonly StoreContext _store;
    private readonly CheckpointWriter _checkpoints;
    private readonly LogSalvage _logs;

    internal LogRepair(StoreContext store, CheckpointWriter checkpoints, LogSalvage logs)
    {
        _store = store;
        _checkpoints = checkpoints;
        _logs = logs;
    }

    /// <summary>Batches whose records are whole but say nothing that makes sense.</summary>
    internal List<LogBatch> Refused { get; } = [];

    /// <summary>The keys that the logs say something about.</summary>
    internal static HashSet<Key> Keys(LogSalvage logs)
    {
        var keys = new HashSet<Key>();
        foreach (LogBatch batch in logs.Batches)
        {
            try
            {
                LogBody.AddKeys(batch.Body, keys);
            }
            catch (FormatException)
            {
                // Refused when it is applied.
            }
        }

        return keys;
    }

    /// <summary>Applies all batches behind the segments.</summary>
    /// <param name="views">The segments, of which the caller has shares.</param>
    /// <param name="fields">The payload indexes declared by then.</param>
    /// <param name="isReconstructed">
    /// Whether nobody knows up to which batch the segments go. Then only the batches behind the last gap are
    /// certainly newer than they: those before count where no segment has a row of the key, dead or alive.
    /// </param>
    /// <returns>What has come out, all in segments, with shares for the caller.</returns>
    internal Snapshot Apply(
        List<SegmentView> views, IReadOnlyList<PayloadIndexField> fields, bool isReconstructed)
    {
        int lastRun = isReconstructed ? _logs.Gaps.Count : 0;
        List<SegmentView> old = [];
        try
        {
            if (_logs.Batches.Exists(batch => batch.Run < lastRun))
            {
                using var early = new Run(this, [], fields);
                early.Apply(_logs.Batches.Where(batch => batch.Run < lastRun));
                old = early.Finish(out fields);
                Hide(old, views);
            }

            using var late = new Run(this, [.. old, .. views], fields);
            late.Apply(_logs.Batches.Where(batch => batch.Run >= lastRun));
            return late.ToSnapshot(_logs.Highest);
        }
        finally
        {
            old.ForEach(view => view.Segment.Release());
        }
    }

    /// <summary>Kills the rows of the first whose keys the others know.</summary>
    private static void Hide(List<SegmentView> old, List<SegmentView> views)
    {
        for (int i = 0; i < old.Count; i++)
        {
            var builder = new Tombstones.Builder(old[i].Dead);
            for (int row = 0; row < old[i].RowCount; row++)
            {
                Key key = old[i].Key(row);
                if (old[i].IsLive(row) && views.Exists(view => view.Segment.Find(key) >= 0))
                {
                    builder.Set(row, isDead: true);
                }
            }

            old[i] = new SegmentView(old[i].Segment, builder.Finish());
        }
    }

    /// <summary>
    /// Batches applied one after the other; rows go to segments when they take too much memory.
    /// </summary>
    private sealed class Run : IDisposable
    {
        private readonly LogRepair _repair;
        private readonly WriteState _state;
        private readonly List<Segment> _made = [];

        internal Run(LogRepair repair, SegmentView[] views, IReadOnlyList<PayloadIndexField> fields)
        {
            _repair = repair;
            _state = new WriteState(repair._store.Options, views, fields, 0);
        }

        /// <inheritdoc/>
        public void Dispose() => _made.ForEach(segment => segment.Release());

        internal void Apply(IEnumerable<LogBatch> batches)
        {
            foreach (LogBatch batch in batches)
            {
                _state.Sequence = batch.Header.Sequence;
                int mark = _state.Mark;
                try
                {
                    LogBody.Apply(batch.Body, _state, _repair._store.Options);
                }
                catch (FormatException)
                {
                    _state.Rollback(mark);
                    _repair.Refused.Add(batch);
                }

                if (_state.Active.Bytes >= IndexLimits.SealBytesDefault
                    || !_state.Active.HasRoomFor(IndexLimits.BatchPointsMax))
                {
                    Seal();
                }
            }

            Seal();
        }

        /// <summary>What has come out; the caller has a share of each.</summary>
        internal List<SegmentView> Finish(out IReadOnlyList<PayloadIndexField> fields)
        {
            Snapshot snapshot = _state.MakeSnapshot();
            fields = snapshot.Fields;
            Array.ForEach(snapshot.Views, view => view.Segment.Share());
            List<SegmentView> views = [.. snapshot.Views];
            snapshot.Release();
            return views;
        }

        internal Snapshot ToSnapshot(ulong sequence)
        {
            _state.Sequence = Math.Max(_state.Sequence, sequence);
            return _state.MakeSnapshot();
        }

        private void Seal()
        {
            Snapshot before = _state.MakeSnapshot();
            try
            {
                _state.BeginSealing();
                Segment? made = _repair._checkpoints.WriteSegment(
                    [before.Fresh[^1]], before.Fields, WritePace.Free);
                if (made is not null)
                {
                    _made.Add(made);
                }

                _state.EndSealing(made, _state.Sequence);
            }
            finally
            {
                before.Release();
            }
        }
    }
}
