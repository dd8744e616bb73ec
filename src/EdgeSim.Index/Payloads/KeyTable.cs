using System.Buffers;
using System.Runtime.CompilerServices;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// The keys of one map, to be found in constant time where there are many; a few are compared one by one. The
/// hash is seeded anew in each process, so nobody can prepare keys that collide.
/// </summary>
internal ref struct KeyTable : IDisposable
{
    private const int FewMax = 8;
    private readonly ReadOnlySpan<byte> _map;
    private readonly int _fewCount;
    private readonly Few _few;
    private int[]? _slots;

    /// <summary>Over a map that <see cref="PayloadRules"/> have passed, or are about to.</summary>
    public KeyTable(ReadOnlySpan<byte> map)
    {
        var cursor = new PayloadCursor(map);
        _map = map;
        int count = cursor.ReadPayloadHeader();
        if (count > FewMax)
        {
            _slots = ArrayPool<int>.Shared.Rent((int)Math.Min(2L * count, Array.MaxLength));
            Array.Clear(_slots);
        }

        for (int i = 0; i < count; i++)
        {
            int at = cursor.Position;
            PayloadToken key = cursor.Read();
            if (_slots is null && key.Kind == PayloadKind.Text)
            {
                // Where the keys are is kept, or each question would walk over the values again.
                _few[_fewCount++] = at;
            }

            if (key.Kind != PayloadKind.Text || !cursor.Skip())
            {
                break;
            }

            if (_slots is null)
            {
                continue;
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
            for (int i = 0; i < _fewCount; i++)
            {
                if (KeyAt(_few[i]).SequenceEqual(key))
                {
                    return _few[i];
                }
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

    [InlineArray(FewMax)]
    private struct Few
    {
        private int _first;
    }
}
