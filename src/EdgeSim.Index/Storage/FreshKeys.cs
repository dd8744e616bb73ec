namespace EdgeSim.Index.Storage;

/// <summary>
/// Which row of the fresh ones has a key: a hash table of row numbers with open addressing. One writer;
/// readers look keys up meanwhile. A slot, once taken, belongs to its key for ever, and a growing table is
/// replaced by a larger one: a reader that holds the old one finds all that its snapshot has.
/// </summary>
internal sealed class FreshKeys
{
    private const int CapacityFirst = 256;

    /// <summary>Row + 1 of a key's newest row; 0 where no key has been.</summary>
    private int[] _slots = new int[CapacityFirst];
    private int _taken;

    /// <summary>Bytes held.</summary>
    internal long Bytes => (long)_slots.Length * sizeof(int);

    /// <summary>The newest row ever added for a key; -1 when there was none.</summary>
    internal int Find(FreshRows rows, Key key)
    {
        int[] slots = Volatile.Read(ref _slots);
        return Volatile.Read(ref slots[Slot(rows, key, slots)]) - 1;
    }

    /// <summary>Makes a row, which has been written, the newest of its key.</summary>
    internal void Add(FreshRows rows, Key key, int row)
    {
        int i = Slot(rows, key, _slots);
        _taken += _slots[i] == 0 ? 1 : 0;
        Volatile.Write(ref _slots[i], row + 1);
        if (_taken * 2 > _slots.Length)
        {
            Grow(rows, row + 1);
        }
    }

    private void Grow(FreshRows rows, int count)
    {
        var slots = new int[_slots.Length * 2];
        for (int row = 0; row < count; row++)
        {
            slots[Slot(rows, rows.Key(row), slots)] = row + 1;
        }

        Volatile.Write(ref _slots, slots);
    }

    /// <summary>The slot of a key, or the free one where it belongs.</summary>
    private static int Slot(FreshRows rows, Key key, int[] slots)
    {
        int i = (int)(KeyFilter.Hash(key) >> 32) & (slots.Length - 1);
        while (true)
        {
            int row = Volatile.Read(ref slots[i]) - 1;
            if (row < 0 || rows.Key(row) == key)
            {
                return i;
            }

            i = (i + 1) & (slots.Length - 1);
        }
    }
}
