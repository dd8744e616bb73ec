namespace EdgeSim.Index.Storage;

/// <summary>
/// Brings a state from the newest checkpoint to the last whole batch of the logs. A log that ends in half a
/// record was being written when the power went: what follows was never promised. Where something later says
/// that a batch had been durable, and it cannot be read, the collection is damaged and that is an error.
/// </summary>
internal sealed class Recovery
{
    private readonly StoreContext _store;
    private readonly WriteState _state;
    private readonly List<LogReader> _logs = [];
    private ulong _expected;
    private int _batches;

    private Recovery(StoreContext store, WriteState state)
    {
        _store = store;
        _state = state;
        _expected = state.Sequence + 1;
    }

    /// <summary>Applies the logs that are not in the checkpoint yet.</summary>
    /// <returns>What was found, the number of the newest log, and the logs that count.</returns>
    /// <exception cref="IndexCorruptException">A batch that was durable cannot be read.</exception>
    internal static (RecoveryReport Report, uint Highest, IReadOnlyList<LogReader> Logs) Run(
        StoreContext store, WriteState state, in ManifestSlot slot)
    {
        var recovery = new Recovery(store, state);
        List<uint> numbers = LogFiles.List(store.Path);
        uint first = slot.LogNumber;
        if (first != 0 && !numbers.Contains(first))
        {
            throw new IndexCorruptException(store.File(LogFiles.Name(first)), null, "the file is missing");
        }

        foreach (uint number in numbers.Where(number => number >= first))
        {
            recovery._logs.Add(
                LogReader.Open(
                    store.Files, store.File(LogFiles.Name(number)), number, store.Descriptor.Id));
        }

        RecoveryReport report = recovery.Replay(slot.Durable);
        return (report, numbers.LastOrDefault(), recovery._logs);
    }

    private RecoveryReport Replay(ulong durable)
    {
        LogReader? stopped = null;
        for (int i = 0; i < _logs.Count; i++)
        {
            LogReader log = _logs[i];
            if (log.Header is not { } header)
            {
                // A creation that was cut off; or a header that decayed, and then there are records behind.
                durable = Math.Max(durable, log.DurableBehind(_expected));
                stopped ??= log.RestBytes > 0 ? log : null;
                if (log.HasRecords)
                {
                    throw new IndexCorruptException(log.Path, 0, "the header of the log is damaged");
                }

                continue;
            }

            if (header.FirstSequence > _expected)
            {
                durable = Math.Max(durable, Math.Max(header.Durable, log.DurableBehind(_expected)));
                stopped ??= log;
                continue;
            }

            stopped = null;
            if (!ReplayOne(log, FirstOfNext(i)))
            {
                durable = Math.Max(durable, log.DurableBehind(_expected));
                stopped = log;
            }
        }

        if (durable >= _expected)
        {
            throw new IndexCorruptException(
                stopped?.Path ?? _store.Path,
                stopped?.Position,
                $"batch {_expected} cannot be read, and batches up to {durable} had been made durable");
        }

        // Of a log that continues nothing, all.
        int start = stopped?.Position == LogHeader.SizeBytes ? 0 : stopped?.Position ?? 0;
        _state.Sequence = _expected - 1;
        return new RecoveryReport(
            _batches,
            _logs.Sum(log => (long)log.Length),
            stopped is null ? 0 : stopped.Position + stopped.RestBytes - start,
            stopped is null ? null : $"{stopped.Path}, byte {start}");
    }

    /// <summary>
    /// The first batch of the next log that has a header: earlier logs do not count from there.
    /// </summary>
    private ulong FirstOfNext(int index)
    {
        for (int i = index + 1; i < _logs.Count; i++)
        {
            if (_logs[i].Header is { } header)
            {
                return header.FirstSequence;
            }
        }

        return ulong.MaxValue;
    }

    /// <summary>Applies the records of a log; false when it ends in something that is none.</summary>
    private bool ReplayOne(LogReader log, ulong end)
    {
        ulong next = log.Header!.Value.FirstSequence;
        while (next < end)
        {
            int at = log.Position;
            if (!log.TryRead(out LogRecordHeader header, out ReadOnlyMemory<byte> body))
            {
                return log.RestBytes == 0;
            }

            if (header.Sequence != next)
            {
                throw new IndexCorruptException(
                    log.Path, at, $"batch {header.Sequence} stands where batch {next} should");
            }

            next++;
            if (header.Sequence == _expected)
            {
                Apply(log, at, header, body);
            }
        }

        return true;
    }

    private void Apply(LogReader log, int at, in LogRecordHeader header, ReadOnlyMemory<byte> body)
    {
        _state.Sequence = header.Sequence;
        try
        {
            LogBody.Apply(body, _state, _store.Options);
        }
        catch (FormatException wrong)
        {
            throw new IndexCorruptException(
                log.Path, at, $"batch {header.Sequence} is not what EdgeSim writes: {wrong.Message}", wrong);
        }

        if ((ulong)_state.LiveCount != header.LiveCount)
        {
            throw new IndexCorruptException(
                log.Path,
                at,
                $"after batch {header.Sequence} there are {_state.LiveCount} points, not {header.LiveCount}");
        }

        _expected++;
        _batches++;
    }
}
