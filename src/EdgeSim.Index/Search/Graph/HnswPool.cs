namespace EdgeSim.Index.Search.Graph;

/// <summary>
/// The best rows of a walk through a graph, nearest first, in one sorted array of 64-bit numbers: the key's
/// bits made sortable, the row, two flags. It is the candidates and the results at once: the next row to
/// expand is the first that has not been, and a row beyond the last wanted one never needs to be. Rows that
/// may not be in the answer (dead, filtered out) stand among the others and do not count.
/// </summary>
internal sealed class HnswPool
{
    private const ulong ExpandedBit = 1;
    private const ulong PassingBit = 2;
    private const int RowShift = 8;
    private const uint RowMask = (1 << 24) - 1;

    private ulong[] _items = [];
    private int _room;
    private int _wanted;
    private int _eligible;
    private int _next;

    /// <summary>Rows held, nearest first.</summary>
    internal int Count { get; private set; }

    /// <summary>Rows held that may be in the answer.</summary>
    internal int Eligible => _eligible;

    /// <summary>A row of this key or a greater one does not enter.</summary>
    internal float Bound { get; private set; }

    /// <summary>Whether rows that do not count have filled the room they were given.</summary>
    internal bool IsFlooded { get; private set; }

    /// <summary>Bytes held.</summary>
    internal long Bytes => _items.LongLength * sizeof(ulong);

    /// <summary>Empties it and sets how many rows it keeps.</summary>
    /// <param name="wanted">Rows that count, at least 1.</param>
    /// <param name="passing">Rows that do not count and are kept besides.</param>
    internal void Reset(int wanted, int passing)
    {
        _room = wanted + passing + 1;
        if (_items.Length < _room)
        {
            _items = new ulong[_room];
        }

        _wanted = wanted;
        _eligible = _next = Count = 0;
        Bound = float.PositiveInfinity;
        IsFlooded = false;
    }

    internal float Key(int index) => KeyOf(_items[index]);

    internal int Row(int index) => RowOf(_items[index]);

    internal bool IsEligible(int index) => (_items[index] & PassingBit) == 0;

    /// <summary>Takes the nearest row that has not been expanded; false when all have.</summary>
    internal bool TryExpand(out int row)
    {
        ulong[] items = _items;
        for (int i = _next; i < Count; i++)
        {
            if ((items[i] & ExpandedBit) == 0)
            {
                items[i] |= ExpandedBit;
                _next = i + 1;
                row = RowOf(items[i]);
                return true;
            }
        }

        _next = Count;
        row = -1;
        return false;
    }

    /// <summary>Offers a row whose key is below <see cref="Bound"/>.</summary>
    internal void Add(float key, int row, bool isEligible)
    {
        ulong item = ((ulong)Sortable(key) << 32) | ((ulong)(uint)row << RowShift)
            | (isEligible ? 0 : PassingBit);
        Span<ulong> items = _items;
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (items[middle] < item)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (Count == _room)
        {
            IsFlooded = true;
            return;
        }

        items[low..Count].CopyTo(items[(low + 1)..]);
        items[low] = item;
        Count++;
        _next = Math.Min(_next, low);
        if (isEligible && ++_eligible >= _wanted)
        {
            Trim();
        }
    }

    /// <summary>Drops what lies beyond the last wanted row.</summary>
    private void Trim()
    {
        while (_eligible > _wanted || (_items[Count - 1] & PassingBit) != 0)
        {
            _eligible -= (_items[--Count] & PassingBit) == 0 ? 1 : 0;
        }

        Bound = KeyOf(_items[Count - 1]);
    }

    private static int RowOf(ulong item) => (int)((uint)item >> RowShift) & (int)RowMask;

    private static uint Sortable(float key)
    {
        uint bits = BitConverter.SingleToUInt32Bits(key + 0f);
        return bits ^ ((uint)((int)bits >> 31) | 0x8000_0000u);
    }

    private static float KeyOf(ulong item)
    {
        uint bits = (uint)(item >> 32);
        return BitConverter.UInt32BitsToSingle(bits ^ ((uint)((int)~bits >> 31) | 0x8000_0000u));
    }
}
