namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// Counts what a repair lost, when it is known what came out: a row that cannot be read is no loss when a
/// later batch replaced or deleted its point, or another segment has it.
/// </summary>
internal sealed class RepairLosses
{
    private readonly SegmentRepair _segments;
    private readonly LogSalvage _logs;
    private readonly IReadOnlyList<LogBatch> _refused;
    private readonly Snapshot _result;
    private readonly HashSet<Key> _logged;
    private readonly List<Key> _keys = [];
    private readonly List<LostVector> _vectors = [];
    private readonly long? _stated;
    private long _points;
    private long _unnamed;
    private long _vectorCount;

    /// <param name="segments">The segments, damaged and sound.</param>
    /// <param name="logs">The logs.</param>
    /// <param name="refused">Their batches that could not be applied.</param>
    /// <param name="result">What came out.</param>
    /// <param name="stated">
    /// Points that there had been, where that is certain. A row whose key is lost may be of a point that a
    /// batch replaced or deleted: without this number it counts as a point lost.
    /// </param>
    internal RepairLosses(
        SegmentRepair segments,
        LogSalvage logs,
        IReadOnlyList<LogBatch> refused,
        Snapshot result,
        long? stated)
    {
        _stated = stated;
        _segments = segments;
        _logs = logs;
        _refused = refused;
        _result = result;
        _logged = LogRepair.Keys(logs);
    }

    /// <summary>The report, but for the names of the files that will be set aside.</summary>
    internal RepairReport Report(VerifyReport before, IReadOnlyList<string> uncertain, string aside)
    {
        foreach (SalvageRows rows in _segments.Damaged)
        {
            Count(rows);
        }

        _points += _segments.RowsLost;
        _unnamed += _segments.RowsLost;
        if (_stated is { } stated)
        {
            _unnamed = Math.Clamp(stated - _result.LiveCount - (_points - _unnamed), 0, _unnamed);
            _points = Math.Max(0, stated - _result.LiveCount);
        }

        return new RepairReport
        {
            Before = before,
            IsRepaired = true,
            Points = _result.LiveCount,
            PointsLost = _points,
            PointsLostUnnamed = _unnamed,
            LostKeys = _keys,
            VectorsLostCount = _vectorCount,
            VectorsLost = _vectors,
            BatchesLost = _logs.Gaps.Sum(gap => (long)(gap.Last - gap.First + 1)) + _refused.Count,
            Losses =
            [
                .. _segments.Losses,
                .. _logs.Gaps.Select(gap => new RepairLoss(gap.Path, gap.At, gap.ToString())),
                .. _refused.Select(batch => new RepairLoss(
                    batch.Path, batch.At, $"batch {batch.Header.Sequence} is not what EdgeSim writes")),
            ],
            Uncertain = uncertain,
            AsideFolder = aside,
        };
    }

    private void Count(SalvageRows rows)
    {
        for (int row = 0; row < rows.RowCount; row++)
        {
            if (rows.Dead.IsDead(row))
            {
                continue;
            }

            if (!rows.Segment.TryKey(row, out Key key))
            {
                _points++;
                _unnamed++;
            }
            else if (_logged.Contains(key))
            {
                continue;
            }
            else if (!rows.IsLive(row))
            {
                LosePoint(key);
            }
            else
            {
                LoseVectors(rows, row, key);
            }
        }
    }

    private void LosePoint(Key key)
    {
        if (!_result.TryFind(key, out _, out _))
        {
            _points++;
            if (_keys.Count < IndexLimits.LostKeysMax)
            {
                _keys.Add(key);
            }
        }
    }

    private void LoseVectors(SalvageRows rows, int row, Key key)
    {
        for (int column = 0; column < rows.Segment.Columns.Count; column++)
        {
            if (rows.HasLost(column, row)
                && _result.TryFind(key, out int source, out int ordinal)
                && _result.Source(source).VectorOf(column, ordinal) < 0)
            {
                _vectorCount++;
                if (_vectors.Count < IndexLimits.LostKeysMax)
                {
                    _vectors.Add(new LostVector(key, rows.Segment.Columns[column].Name));
                }
            }
        }
    }
}
