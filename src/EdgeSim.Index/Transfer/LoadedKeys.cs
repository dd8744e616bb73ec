using System.Runtime.InteropServices;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// The keys of a segment that is being loaded, in memory: 8 bytes each, 17 once one of them is a UUID, and 4
/// for their order.
/// </summary>
internal sealed class LoadedKeys(int rowsMax)
{
    private ulong[] _lows = new ulong[Math.Min(rowsMax, 1024)];
    private ulong[]? _highs;
    private byte[]? _kinds;
    private bool _isOrdered = true;

    internal int Count { get; private set; }

    internal bool HasUuids => _kinds is not null;

    internal ReadOnlySpan<ulong> Lows => _lows.AsSpan(0, Count);

    /// <summary>First halves; only where there are UUIDs.</summary>
    internal ReadOnlySpan<ulong> Highs => _highs.AsSpan(0, Count);

    /// <summary>1 for a UUID; only where there are some.</summary>
    internal ReadOnlySpan<byte> Kinds => _kinds.AsSpan(0, Count);

    internal Key this[int row]
        => _kinds is null || _kinds[row] == 0 ? new Key(_lows[row]) : new Key(true, _highs![row], _lows[row]);

    internal void Add(Key key)
    {
        if (Count == _lows.Length)
        {
            int length = (int)Math.Min(rowsMax, 2L * Count);
            Array.Resize(ref _lows, length);
            Grow(length);
        }

        if (key.IsUuid && _kinds is null)
        {
            Grow(_lows.Length);
            _kinds = new byte[_lows.Length];
            _highs = new ulong[_lows.Length];
        }

        _lows[Count] = key.Low;
        if (_kinds is not null)
        {
            _highs![Count] = key.High;
            _kinds[Count] = key.IsUuid ? (byte)1 : (byte)0;
        }

        _isOrdered = _isOrdered && (Count == 0 || this[Count - 1] < key);
        Count++;
    }

    /// <summary>
    /// The rows in ascending order of key, and of rows with the same key all but the last as dead.
    /// O(rows log rows), nothing where they came in order.
    /// </summary>
    /// <param name="replaced">Rows whose key comes again later; null when there are none.</param>
    internal uint[] Order(out Tombstones? replaced)
    {
        var order = new uint[Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = (uint)i;
        }

        replaced = null;
        if (_isOrdered)
        {
            return order;
        }

        // Stable: the ordinal decides between rows of one key.
        order.AsSpan().Sort(new ByKey(this));
        Tombstones.Builder? builder = null;
        for (int i = 1; i < order.Length; i++)
        {
            if (this[(int)order[i - 1]] == this[(int)order[i]])
            {
                builder ??= new Tombstones.Builder(Tombstones.None);
                builder.Set((int)order[i - 1], isDead: true);
            }
        }

        replaced = builder?.Finish();
        return order;
    }

    /// <summary>Bits of the key filter; empty where a segment of so few rows has none.</summary>
    internal ReadOnlySpan<byte> Filter()
    {
        var filter = new ulong[KeyFilter.Words(Count)];
        for (int i = 0; i < Count && filter.Length > 0; i++)
        {
            KeyFilter.Add(filter, this[i]);
        }

        return MemoryMarshal.AsBytes<ulong>(filter);
    }

    private void Grow(int length)
    {
        if (_kinds is not null)
        {
            Array.Resize(ref _highs, length);
            Array.Resize(ref _kinds, length);
        }
    }

    private readonly struct ByKey(LoadedKeys keys) : IComparer<uint>
    {
        public int Compare(uint left, uint right)
        {
            int order = keys._kinds is null
                ? keys._lows[left].CompareTo(keys._lows[right])
                : keys[(int)left].CompareTo(keys[(int)right]);
            return order != 0 ? order : left.CompareTo(right);
        }
    }
}
