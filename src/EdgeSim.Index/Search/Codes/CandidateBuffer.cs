namespace EdgeSim.Index.Search.Codes;

/// <summary>
/// The best of a stream of estimates. Those that come are noted until there are twice as many as are kept;
/// then the worse half is dropped in linear time. Cheaper than a heap, because most of those that come do
/// not stay. Allocates only when more are kept than ever before.
/// </summary>
internal sealed class CandidateBuffer
{
    /// <summary>Room beyond those that are kept, at least.</summary>
    private const int RoomMin = 64;

    private ulong[] _items = [];
    private int[] _vectors = [];
    private int _keep;
    private int _room;
    private int _count;

    /// <summary>What an estimate must reach: the worst one kept when half was last dropped.</summary>
    internal float Least { get; private set; }

    /// <summary>How many are noted.</summary>
    internal int Count => _count;

    /// <summary>Bytes held.</summary>
    internal long Bytes => (_items.LongLength * sizeof(ulong)) + (_vectors.LongLength * sizeof(int));

    /// <summary>Empties it and sets how many are kept, at least one.</summary>
    internal void Reset(int keep)
    {
        _keep = Math.Max(1, keep);
        _room = Math.Max(2 * _keep, _keep + RoomMin);
        _count = 0;
        Least = float.NegativeInfinity;
        if (_items.Length < _room)
        {
            _items = new ulong[_room];
            _vectors = new int[_keep];
        }
    }

    /// <summary>Notes an estimate; of equal ones the lower vectors stay.</summary>
    internal void Add(float estimate, int vector)
    {
        _items[_count++] = TopK.Pack(estimate, (uint)vector);
        if (_count == _room)
        {
            Drop();
        }
    }

    /// <summary>One of those that are noted, in no order.</summary>
    internal (float Estimate, int Vector) this[int place]
        => (TopK.Score(_items[place]), (int)~(uint)_items[place]);

    /// <summary>The vectors of the best estimates, ascending; then nothing is added until a reset.</summary>
    internal ReadOnlySpan<int> Vectors()
    {
        if (_count > _keep)
        {
            Drop();
        }

        if (_vectors.Length < _count)
        {
            _vectors = new int[_keep];
        }

        Span<int> vectors = _vectors.AsSpan(0, _count);
        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] = (int)~(uint)_items[i];
        }

        vectors.Sort();
        return vectors;
    }

    /// <summary>Keeps the largest items: quickselect (Hoare 1961), the pivot the middle of three.</summary>
    private void Drop()
    {
        ulong[] items = _items;
        int low = 0;
        int high = _count - 1;
        while (low < high)
        {
            ulong pivot = Middle(items[low], items[(low + high) / 2], items[high]);
            int left = low;
            int right = high;
            while (left <= right)
            {
                while (items[left] > pivot)
                {
                    left++;
                }

                while (items[right] < pivot)
                {
                    right--;
                }

                if (left <= right)
                {
                    (items[left], items[right]) = (items[right], items[left]);
                    left++;
                    right--;
                }
            }

            // Larger ones are on the left; the item at keep - 1 is to be the smallest that stays.
            if (_keep - 1 <= right)
            {
                high = right;
            }
            else if (_keep - 1 >= left)
            {
                low = left;
            }
            else
            {
                break;
            }
        }

        _count = _keep;
        Least = TopK.Score(items[_keep - 1]);
    }

    private static ulong Middle(ulong first, ulong second, ulong third)
        => Math.Max(Math.Min(first, second), Math.Min(Math.Max(first, second), third));
}
