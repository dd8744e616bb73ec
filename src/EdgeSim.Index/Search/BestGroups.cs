using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Search;

/// <summary>
/// The groups with the best matches so far, and the best match of each. A group that is put out comes back
/// when it gets a match better than the worst group's: then that is its best one, so nothing was lost. Of two
/// groups with the same best row the one with the smaller value is better.
/// </summary>
internal sealed class BestGroups(int capacity)
{
    private readonly Dictionary<byte[], ulong> _best = new(BytesComparer.Instance);
    private byte[]? _worst;

    internal bool IsFull => _best.Count == capacity;

    /// <summary>Score of the worst group's best match. Only defined when it is full.</summary>
    internal float Threshold => TopK.Score(_best[Worst()]);

    /// <summary>Best group first.</summary>
    internal List<(byte[] Value, ulong Best)> Sorted()
    {
        var list = new List<(byte[] Value, ulong Best)>(_best.Count);
        foreach ((byte[] value, ulong best) in _best)
        {
            list.Add((value, best));
        }

        list.Sort((x, y) => x.Best != y.Best
            ? y.Best.CompareTo(x.Best)
            : x.Value.AsSpan().SequenceCompareTo(y.Value));
        return list;
    }

    /// <summary>Offers a match of a group. O(1), and O(capacity) where the worst group changes.</summary>
    internal void Add(ReadOnlySpan<byte> value, ulong item)
    {
        var known = _best.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (known.TryGetValue(value, out byte[]? key, out ulong best))
        {
            if (item > best)
            {
                _best[key] = item;
                _worst = ReferenceEquals(key, _worst) ? null : _worst;
            }

            return;
        }

        if (IsFull)
        {
            byte[] worst = Worst();
            ulong least = _best[worst];
            if (item < least || (item == least && value.SequenceCompareTo(worst) > 0))
            {
                return;
            }

            _best.Remove(worst);
        }

        _best.Add(value.ToArray(), item);
        _worst = null;
    }

    /// <summary>Offers all groups of another.</summary>
    internal void Add(BestGroups other)
    {
        foreach ((byte[] value, ulong best) in other._best)
        {
            Add(value, best);
        }
    }

    private byte[] Worst()
    {
        if (_worst is not null)
        {
            return _worst;
        }

        ulong least = ulong.MaxValue;
        foreach ((byte[] value, ulong best) in _best)
        {
            if (_worst is null || best < least
                || (best == least && value.AsSpan().SequenceCompareTo(_worst) > 0))
            {
                _worst = value;
                least = best;
            }
        }

        return _worst!;
    }
}
