namespace EdgeSim.Index.Search;

/// <summary>
/// The k best of a stream, in a min-heap of 64-bit numbers: the score's bits made sortable above, the
/// complement of the row's place below. One integer comparison orders by score and then by place, so equal
/// scores keep the earlier row. Allocates only when k grows. O(log k) an addition.
/// </summary>
internal sealed class TopK
{
    private ulong[] _heap = [];
    private int _capacity;

    /// <summary>Items held.</summary>
    internal int Count { get; private set; }

    /// <summary>Whether an item must beat <see cref="Threshold"/> to enter.</summary>
    internal bool IsFull => Count == _capacity;

    /// <summary>Score of the worst item held. Only defined when at least one is held.</summary>
    internal float Threshold => Score(_heap[0]);

    /// <summary>Bytes held.</summary>
    internal long Bytes => _heap.LongLength * sizeof(ulong);

    /// <summary>Empties the heap and sets how many items it keeps.</summary>
    internal void Reset(int capacity)
    {
        if (_heap.Length < capacity)
        {
            _heap = new ulong[capacity];
        }

        _capacity = capacity;
        Count = 0;
    }

    /// <summary>Offers an item; the worst one leaves when the heap is full.</summary>
    internal void Add(float score, uint place) => Add(Pack(score, place));

    /// <summary>Offers all items of another heap.</summary>
    internal void Add(TopK other)
    {
        for (int i = 0; i < other.Count; i++)
        {
            Add(other._heap[i]);
        }
    }

    /// <summary>
    /// The order of items as a number: a better score, then an earlier row, is larger.
    /// </summary>
    internal static ulong Pack(float score, uint place)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f);
        bits ^= (uint)((int)bits >> 31) | 0x8000_0000u;
        return ((ulong)bits << 32) | ~place;
    }

    /// <summary>
    /// The score of a packed item. IEEE 754 orders like an integer once negative numbers are complemented;
    /// adding 0 makes -0 equal 0.
    /// </summary>
    internal static float Score(ulong item)
    {
        uint bits = (uint)(item >> 32);
        bits ^= (uint)((int)~bits >> 31) | 0x8000_0000u;
        return BitConverter.UInt32BitsToSingle(bits);
    }

    /// <summary>Takes the worst item out.</summary>
    internal (float Score, uint Place) RemoveWorst()
    {
        ulong worst = _heap[0];
        Count--;
        if (Count > 0)
        {
            SinkFromRoot(_heap, _heap[Count], Count);
        }

        return (Score(worst), ~(uint)worst);
    }

    /// <summary>Takes the items of some places out. O(k log k).</summary>
    internal void Remove(uint firstPlace, int count)
    {
        int kept = Count;
        Count = 0;
        for (int i = 0; i < kept; i++)
        {
            ulong item = _heap[i];
            if (~(uint)item - firstPlace >= (uint)count)
            {
                Add(item); // Never beyond what was read: the heap grows slower than i.
            }
        }
    }

    private void Add(ulong item)
    {
        ulong[] heap = _heap;
        if (Count < _capacity)
        {
            int child = Count++;
            while (child > 0)
            {
                int parent = (child - 1) >> 1;
                if (heap[parent] <= item)
                {
                    break;
                }

                heap[child] = heap[parent];
                child = parent;
            }

            heap[child] = item;
        }
        else if (_capacity > 0 && item > heap[0])
        {
            SinkFromRoot(heap, item, Count);
        }
    }

    private static void SinkFromRoot(ulong[] heap, ulong item, int count)
    {
        int parent = 0;
        while (true)
        {
            int child = (2 * parent) + 1;
            if (child >= count)
            {
                break;
            }

            if (child + 1 < count && heap[child + 1] < heap[child])
            {
                child++;
            }

            if (heap[child] >= item)
            {
                break;
            }

            heap[parent] = heap[child];
            parent = child;
        }

        heap[parent] = item;
    }
}
