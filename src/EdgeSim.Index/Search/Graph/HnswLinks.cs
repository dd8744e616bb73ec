namespace EdgeSim.Index.Search.Graph;

/// <summary>
/// Lists of links while a graph is being built: a head and a fixed number of places each, with the key of
/// every link beside it. 8 bytes a place and list.
/// </summary>
/// <remarks>
/// A list is changed by the thread that holds its lock (a bit of the head) and read by anybody at any
/// time: a place holds some row at every moment, whatever else is going on, so a reader sees links of the
/// list as it was before, after, or of both. The lowest bit of a place says that the link is spare: a
/// nearer one leads there as well.
/// </remarks>
internal sealed class HnswLinks
{
    private const int LockBit = 1 << 31;
    private const int SpareKnownBit = 1 << 30;
    private const int CountMask = 0xFFFF;

    private readonly int[] _words;
    private readonly float[] _keys;
    private readonly int _pitch;

    internal HnswLinks(int lists, int places)
    {
        Places = places;
        _pitch = places + 1;
        _words = new int[lists * _pitch];
        _keys = new float[lists * _pitch];
    }

    /// <summary>Most links of a list.</summary>
    internal int Places { get; }

    /// <summary>Copies the links of a list; returns how many.</summary>
    internal int Read(int list, Span<int> rows)
    {
        int at = list * _pitch;
        int count = Volatile.Read(ref _words[at]) & CountMask;
        ReadOnlySpan<int> links = _words.AsSpan(at + 1, count);
        for (int i = 0; i < links.Length; i++)
        {
            rows[i] = links[i] >>> 1;
        }

        return count;
    }

    internal void Lock(int list)
    {
        ref int head = ref _words[list * _pitch];
        var spin = default(SpinWait);
        while (true)
        {
            int seen = Volatile.Read(ref head);
            if ((seen & LockBit) == 0 && Interlocked.CompareExchange(ref head, seen | LockBit, seen) == seen)
            {
                return;
            }

            spin.SpinOnce();
        }
    }

    internal void Unlock(int list)
    {
        ref int head = ref _words[list * _pitch];
        Volatile.Write(ref head, head & ~LockBit);
    }

    internal int Count(int list) => Volatile.Read(ref _words[list * _pitch]) & CountMask;

    /// <summary>Whether the links know which of them are spare.</summary>
    internal bool IsSpareKnown(int list) => (_words[list * _pitch] & SpareKnownBit) != 0;

    internal int Row(int list, int index) => _words[(list * _pitch) + 1 + index] >>> 1;

    internal bool IsSpare(int list, int index) => (_words[(list * _pitch) + 1 + index] & 1) != 0;

    internal float Key(int list, int index) => _keys[(list * _pitch) + 1 + index];

    /// <summary>Sets a link; one place beyond the last appends it. Under the lock.</summary>
    internal void Set(int list, int index, int row, float key, bool isSpare)
    {
        int at = (list * _pitch) + 1 + index;
        _keys[at] = key;
        Volatile.Write(ref _words[at], (row << 1) | (isSpare ? 1 : 0));
    }

    /// <summary>Says that a link that stays is spare from now on.</summary>
    internal void SetSpare(int list, int index) => _words[(list * _pitch) + 1 + index] |= 1;

    /// <summary>Publishes how many links there are. Under the lock.</summary>
    internal void SetCount(int list, int count, bool isSpareKnown)
    {
        ref int head = ref _words[list * _pitch];
        Volatile.Write(ref head, (head & LockBit) | count | (isSpareKnown ? SpareKnownBit : 0));
    }
}
