using System.Buffers;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// The keys of one map, to be found in constant time where there are many; a few are compared one by one. The
/// hash is seeded anew in each process, so nobody can prepare keys that collide.
/// </summary>
internal ref struct KeyTable : IDisposable
{
    private const int FewMax = 8;
    private readonly ReadOnlySpan<byte> _map;
    private readonly int _count;
    private readonly int _first;
    private int[]? _slots;

    /// <summary>Over a map that <see cref="PayloadRules"/> have passed, or are about to.</summary>
    public KeyTable(ReadOnlySpan<byte> map)
    {
        var cursor = new PayloadCursor(map);
        _map = map;
        _count = cursor.ReadPayloadHeader();
        _first = cursor.Position;
        if (_count <= FewMax)
        {
            return;
        }

        _slots = ArrayPool<int>.Shared.Rent((int)Math.Min(2L * _count, Array.MaxLength));
        Array.Clear(_slots);
        for (int i = 0; i < _count; i++)
        {
            int at = cursor.Position;
            PayloadToken key = cursor.Read();
            if (key.Kind != PayloadKind.Text || !cursor.Skip())
            {
                break;
            }

            // The first occurrence alone gets a slot, or many equal keys would cost their number squared.
            int slot = Slot(key.Bytes);
            while (_slots[slot] != 0 && !KeyAt(_slots[slot] - 1).SequenceEqual(key.Bytes))
            {
                slot = slot + 1 == _slots.Length ? 0 : slot + 1;
            }

            _slots[slot] = _slots[slot] == 0 ? at + 1 : _slots[slot];
        }
    }

    /// <summary>Where the first pair with this key starts, or -1.</summary>
    public readonly int Find(ReadOnlySpan<byte> key)
    {
        if (_slots is null)
        {
            var pairs = new PayloadCursor(_map[_first..]);
            for (int i = 0; i < _count; i++)
            {
                int at = pairs.Position;
                if (pairs.Read() is { Kind: PayloadKind.Text } text && text.Bytes.SequenceEqual(key))
                {
                    return _first + at;
                }

                _ = pairs.Skip();
            }

            return -1;
        }

        for (int slot = Slot(key); _slots[slot] != 0; slot = slot + 1 == _slots.Length ? 0 : slot + 1)
        {
            int at = _slots[slot] - 1;
            if (KeyAt(at).SequenceEqual(key))
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>The value of the first pair with this key; empty when there is none.</summary>
    public readonly ReadOnlySpan<byte> Value(ReadOnlySpan<byte> key)
    {
        int at = Find(key);
        if (at < 0)
        {
            return default;
        }

        var pair = new PayloadCursor(_map[at..]);
        _ = pair.Read();
        return pair.Take();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (_slots is not null)
        {
            ArrayPool<int>.Shared.Return(_slots);
            _slots = null;
        }
    }

    private readonly ReadOnlySpan<byte> KeyAt(int at) => new PayloadCursor(_map[at..]).Read().Bytes;

    private readonly int Slot(ReadOnlySpan<byte> key)
    {
        var hash = default(HashCode);
        hash.AddBytes(key);
        return (int)((uint)hash.ToHashCode() % (uint)_slots!.Length);
    }
}
