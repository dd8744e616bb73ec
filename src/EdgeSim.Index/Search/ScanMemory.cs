namespace EdgeSim.Index.Search;

/// <summary>What one thread of a scan writes to. Grows and stays.</summary>
internal sealed class ScanMemory
{
    private readonly List<TopK> _heaps = [];
    private int[] _dots = new int[FlatIndex.StepRowsMax];

    /// <summary>[step] vectors that a filter has picked.</summary>
    internal int[] Picks { get; } = new int[FlatIndex.StepRowsMax];

    /// <summary>Bytes held.</summary>
    internal long Bytes
    {
        get
        {
            long bytes = (_dots.LongLength + Picks.LongLength) * sizeof(int);
            foreach (TopK heap in _heaps)
            {
                bytes += heap.Bytes;
            }

            return bytes;
        }
    }

    /// <summary>So many dot products of a step.</summary>
    internal Span<int> Dots(int count)
    {
        if (_dots.Length < count)
        {
            _dots = new int[count];
        }

        return _dots.AsSpan(0, count);
    }

    /// <summary>An empty heap.</summary>
    internal TopK Heap(int index, int capacity)
    {
        while (_heaps.Count <= index)
        {
            _heaps.Add(new TopK());
        }

        _heaps[index].Reset(capacity);
        return _heaps[index];
    }
}
