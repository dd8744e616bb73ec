namespace EdgeSim.Index.Storage.Torture;

/// <summary>One file of <see cref="DiskModel"/>, whose summary has the rules.</summary>
internal sealed class ModelFile(FileBytes durable)
{
    private readonly List<Change> _unsynced = [];
    private readonly List<(byte[] Bytes, long Offset)> _lost = [];
    private int _length = durable.Length; // With everything unsynced.

    internal void Write(byte[] bytes, long offset)
    {
        _length = Math.Max(_length, checked((int)offset + bytes.Length));
        _unsynced.Add(new Change(bytes, offset, _length));
    }

    internal void SetLength(long length)
    {
        bool isCut = length < _length;
        _length = checked((int)length);
        _unsynced.Add(new Change(null, 0, _length) { IsCut = isCut });
    }

    internal void Flush()
    {
        foreach (Change change in _unsynced)
        {
            durable.SetLength(change.Length);
            if (change.IsCut)
            {
                Forget(change.Length, long.MaxValue);
            }
            else if (change is { Bytes: { } bytes, IsLost: false })
            {
                durable.Write(bytes, change.Offset);
                Forget(change.Offset, change.Offset + bytes.Length);
            }
        }

        _unsynced.Clear();
    }

    /// <summary>
    /// The system has marked the pages clean: no later fsync writes them. What they replaced may be back
    /// after a restart, whatever succeeds meanwhile, unless the program writes them again.
    /// </summary>
    internal void FlushFailed()
    {
        for (int i = 0; i < _unsynced.Count; i++)
        {
            if (_unsynced[i] is { Bytes: { } bytes, IsLost: false } change)
            {
                _lost.Add((bytes, change.Offset));
                _unsynced[i] = change with { IsLost = true };
            }
        }
    }

    internal FileBytes Image(CutMode mode, ref SplitMix64 random)
    {
        if (mode == CutMode.Synced || (_unsynced.Count == 0 && _lost.Count == 0))
        {
            return durable;
        }

        return mode == CutMode.Prefix ? Everything() : Some(mode == CutMode.Torn, ref random);
    }

    private FileBytes Everything()
    {
        FileBytes image = durable.Clone();
        _lost.ForEach(lost => image.Write(lost.Bytes, lost.Offset));
        image.SetLength(durable.Length);
        foreach (Change change in _unsynced)
        {
            image.SetLength(change.Length);
            image.Write(change.Bytes, change.Offset);
        }

        return image;
    }

    private FileBytes Some(bool isTorn, ref SplitMix64 random)
    {
        FileBytes image = durable.Clone();
        var luck = new SectorLuck(random.Next(), _unsynced.Count);
        foreach ((byte[] bytes, long offset) in _lost)
        {
            WriteSectors(image, bytes, offset, sector => luck.Flip(sector));
        }

        // Lengths: those of the first changes. A cut that did not happen hides all that was written after it.
        int lengths = random.Below(4) == 0 ? random.Below(_unsynced.Count + 1) : _unsynced.Count;
        int end = lengths;
        while (end < _unsynced.Count && !_unsynced[end].IsCut)
        {
            end++;
        }

        int keptLength = durable.Length; // Behind it old bytes do not come back.
        for (int i = 0; i < end; i++)
        {
            Change change = _unsynced[i];
            if (change.IsCut)
            {
                image.SetLength(Math.Min(image.Length, change.Length));
                keptLength = Math.Min(keptLength, change.Length);
            }

            int number = i;
            WriteSectors(image, change.Bytes, change.Offset, sector => number < luck.Reach(sector));
        }

        if (isTorn && end > 0)
        {
            Tear(image, _unsynced[random.Below(end)], keptLength, ref random);
        }

        image.SetLength(LengthAfter(lengths, ref random));
        return image;
    }

    /// <summary>
    /// The length of the first changes; a write that lengthens the file may have got half way.
    /// </summary>
    private int LengthAfter(int lengths, ref SplitMix64 random)
    {
        int length = lengths == 0 ? durable.Length : _unsynced[lengths - 1].Length;
        if (lengths == _unsynced.Count || random.Below(2) == 0)
        {
            return length;
        }

        int sectors = (_unsynced[lengths].Length - length) / DiskModel.SectorBytes;
        int grown = length + (random.Below(Math.Max(sectors, 0) + 1) * DiskModel.SectorBytes);
        return Math.Max(length, grown / DiskModel.SectorBytes * DiskModel.SectorBytes);
    }

    private static void WriteSectors(
        FileBytes image, ReadOnlySpan<byte> bytes, long offset, Func<long, bool> isIn)
    {
        while (!bytes.IsEmpty)
        {
            long sector = offset / DiskModel.SectorBytes;
            int count = (int)Math.Min(bytes.Length, ((sector + 1) * DiskModel.SectorBytes) - offset);
            if (isIn(sector))
            {
                image.Write(bytes[..count], offset);
            }

            bytes = bytes[count..];
            offset += count;
        }
    }

    /// <summary>
    /// The power went while one sector was being written: its first or its last bytes are still the old ones.
    /// </summary>
    private void Tear(FileBytes image, Change change, int keptLength, ref SplitMix64 random)
    {
        if (change.Bytes is not { Length: > 0 } bytes)
        {
            return;
        }

        int place = checked((int)change.Offset + random.Below(bytes.Length));
        int start = place / DiskModel.SectorBytes * DiskModel.SectorBytes;
        int end = Math.Min(start + DiskModel.SectorBytes, image.Length);
        int middle = start + random.Below(DiskModel.SectorBytes);
        (int from, int to) = random.Below(2) == 0 ? (start, Math.Min(middle, end)) : (middle, end);
        for (int i = from; i < to; i++)
        {
            byte old = i < keptLength ? durable.Span[i] : (byte)0;
            image.Write([old], i);
        }
    }

    /// <summary>These bytes are durable now, or gone: what was lost there does not matter any more.</summary>
    private void Forget(long start, long end)
    {
        for (int i = _lost.Count - 1; i >= 0; i--)
        {
            (byte[] bytes, long offset) = _lost[i];
            if (start >= offset + bytes.Length || end <= offset)
            {
                continue;
            }

            _lost.RemoveAt(i);
            if (end < offset + bytes.Length)
            {
                _lost.Insert(i, (bytes[(int)(end - offset)..], end));
            }

            if (start > offset)
            {
                _lost.Insert(i, (bytes[..(int)(start - offset)], offset));
            }
        }
    }

    /// <summary>A write, or a new length where there are no bytes.</summary>
    private readonly record struct Change(byte[]? Bytes, long Offset, int Length)
    {
        internal bool IsCut { get; init; }

        internal bool IsLost { get; init; }
    }
}
