namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// The batches of the logs of a collection, whatever state these are in. Behind damage it goes on: a later
/// batch says what became of its keys last, and is right without those before it. But a tail that nobody was
/// promised is left alone, as at every open: behind a torn record the batches of one write may be there in
/// any selection.
/// </summary>
internal sealed class LogSalvage
{
    private readonly List<(LogBatch Batch, (string Path, long? At)? Hole)> _found = [];
    private readonly ProblemList _problems;
    private (string Path, long? At)? _hole;

    private LogSalvage(ProblemList problems) => _problems = problems;

    /// <summary>The batches that count, in order.</summary>
    internal List<LogBatch> Batches { get; } = [];

    /// <summary>What is missing between and behind them.</summary>
    internal List<LogGap> Gaps { get; } = [];

    /// <summary>
    /// Whether what is at the end was left alone, as a write that was cut off and that nobody was promised.
    /// </summary>
    internal bool HasTail { get; private set; }

    /// <summary>The highest number that a batch had that somebody was promised, or that is here.</summary>
    internal ulong Highest { get; private set; }

    /// <summary>Reads the logs.</summary>
    /// <param name="directory">The collection.</param>
    /// <param name="collectionId">Its id.</param>
    /// <param name="from">Where they count from.</param>
    /// <param name="numbers">The logs that are there.</param>
    /// <param name="problems">Told what is wrong.</param>
    /// <param name="progress">Told the bytes.</param>
    /// <exception cref="IndexFormatException">Of a newer version.</exception>
    internal static LogSalvage Read(
        string directory,
        ulong collectionId,
        LogStart from,
        IReadOnlyList<uint> numbers,
        ProblemList problems,
        ScanProgress? progress)
    {
        var salvage = new LogSalvage(problems);
        uint first = from.Number;
        if (first != 0 && from.IsCertain && !numbers.Contains(first))
        {
            problems.Error(Path.Combine(directory, LogFiles.Name(first)), null, "the file is missing");
            salvage._hole = (Path.Combine(directory, LogFiles.Name(first)), null);
        }

        var logs = new List<LogReader>();
        foreach (uint number in numbers.Where(number => number >= first))
        {
            if (Open(directory, number, collectionId, problems, progress) is { } log)
            {
                logs.Add(log);
            }
        }

        ulong?[] starts = [.. logs.Select(FirstSequence)];
        ulong durable = from.Durable;
        for (int i = 0; i < logs.Count; i++)
        {
            durable = Math.Max(durable, logs[i].Header?.Durable ?? 0);
            ulong end = starts.Skip(i + 1).FirstOrDefault(start => start is not null) ?? ulong.MaxValue;
            salvage.ReadOne(logs[i], starts[i], end);
        }

        durable = salvage._found.Aggregate(
            durable, (most, next) => Math.Max(most, next.Batch.Header.Durable));
        ulong? oldest = starts.FirstOrDefault(start => start is not null);
        salvage.Choose(
            from.IsCertain ? from.Sequence + 1 : Math.Max(from.Sequence, (oldest ?? (durable + 1)) - 1) + 1,
            durable);
        return salvage;
    }

    private static LogReader? Open(
        string directory, uint number, ulong collectionId, ProblemList problems, ScanProgress? progress)
    {
        string path = Path.Combine(directory, LogFiles.Name(number));
        progress?.Begin(path);
        byte[]? bytes = SalvageBytes.Read(path, IndexLimits.LogBytesMax, problems);
        progress?.Add(bytes?.Length ?? 0);
        try
        {
            return bytes is null ? null : LogReader.Parse(bytes, path, number, collectionId);
        }
        catch (IndexFormatException foreign) when (foreign.Offset == LogReader.IdentityOffset)
        {
            problems.Error(foreign);
            return null;
        }
    }

    /// <summary>
    /// The sequence of a log's first record; where the header is damaged, of the first whole one.
    /// </summary>
    private static ulong? FirstSequence(LogReader log)
    {
        if (log.Header is { } header)
        {
            return header.FirstSequence;
        }

        int position = log.Position;
        ulong? first = log.TrySkip(1, ulong.MaxValue) && log.TryPeek(out LogRecordHeader record)
            ? record.Sequence
            : null;
        log.GoTo(position);
        return first;
    }

    /// <summary>Collects the records of a log below a sequence.</summary>
    private void ReadOne(LogReader log, ulong? start, ulong end)
    {
        if (log.Header is null)
        {
            if (start is null)
            {
                if (log.Length > 0)
                {
                    _problems.Note(
                        log.Path, 0, "the log holds nothing: it was being made when the power went");
                }

                return;
            }

            _problems.Error(log.Path, 0, "the header of the log is damaged");
            _hole ??= (log.Path, 0);
        }

        ulong next = start!.Value;
        while (next < end)
        {
            int at = log.Position;
            if (!log.TryRead(out LogRecordHeader header, out ReadOnlyMemory<byte> body))
            {
                if (log.RestBytes == 0)
                {
                    return;
                }

                _hole ??= (log.Path, at);
                if (!log.TrySkip(next, end == ulong.MaxValue ? next + (ulong)log.Length : end - 1))
                {
                    return;
                }

                continue;
            }

            if (header.Sequence < next || header.Sequence >= end)
            {
                _problems.Error(log.Path, at, $"batch {header.Sequence} stands where batch {next} should");
                continue;
            }

            if (header.Sequence > next)
            {
                _hole ??= (log.Path, at);
            }

            _found.Add((new LogBatch(log.Path, at, header, body, 0), _hole));
            _hole = null;
            next = header.Sequence + 1;
        }
    }

    /// <summary>Which batches count, and what is missing.</summary>
    private void Choose(ulong expected, ulong durable)
    {
        foreach ((LogBatch batch, (string Path, long? At)? hole) in _found)
        {
            ulong sequence = batch.Header.Sequence;
            if (sequence < expected)
            {
                continue;
            }

            if (sequence > expected)
            {
                (string path, long? at) = hole ?? (batch.Path, batch.At);
                if (durable < expected)
                {
                    _problems.Note(
                        path, at, $"from batch {expected} on the log was being written when the power went");
                    HasTail = true;
                    Highest = expected - 1;
                    return;
                }

                AddGap(new LogGap(path, at, expected, sequence - 1));
            }

            Batches.Add(batch with { Run = Gaps.Count });
            expected = sequence + 1;
        }

        if (durable >= expected)
        {
            (string path, long? at) = _hole ?? (Batches.Count > 0 ? (Batches[^1].Path, null) : ("", null));
            AddGap(new LogGap(path, at, expected, durable));
        }
        else if (_hole is { At: { } at } hole)
        {
            HasTail = true;
            _problems.Note(hole.Path, at, "what follows was being written when the power went");
        }

        Highest = Math.Max(expected - 1, durable);
    }

    private void AddGap(LogGap gap)
    {
        Gaps.Add(gap);
        _problems.Error(gap.Path, gap.At, $"{gap}; what the log says later shows that there were");
    }
}
