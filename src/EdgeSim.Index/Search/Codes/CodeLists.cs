using EdgeSim.Index.Kernels;

namespace EdgeSim.Index.Search.Codes;

/// <summary>
/// What compressed codes need to know of the lists of a column: list l is the vectors First(l) to First(l) +
/// Size(l), and they are encoded as what is left of them without the list's centroid. Codes are stored in
/// blocks of 32, and each list begins with a fresh one. 8 bytes a list.
/// </summary>
internal class CodeLists
{
    private readonly int[] _ends;
    private readonly int[] _blockEnds;
    private readonly ReadOnlyMemory<float> _centroids;
    private readonly int _dimension;

    /// <param name="ends">Of each list the vector behind its last one, ascending.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="centroids">[lists x dimension], or empty: zeros, or those of a derived class.</param>
    /// <exception cref="ArgumentException">The ends do not ascend, or sizes do not fit.</exception>
    internal CodeLists(ReadOnlySpan<int> ends, int dimension, ReadOnlyMemory<float> centroids)
    {
        if (ends.IsEmpty || (!centroids.IsEmpty && centroids.Length != (long)ends.Length * dimension))
        {
            throw new ArgumentException($"{centroids.Length} components for {ends.Length} lists.");
        }

        _ends = ends.ToArray();
        _blockEnds = new int[ends.Length];
        _centroids = centroids;
        _dimension = dimension;
        int begin = 0;
        int blocks = 0;
        for (int list = 0; list < _ends.Length; list++)
        {
            if (_ends[list] < begin)
            {
                throw new ArgumentException($"List {list} ends at {_ends[list]}, before {begin}.");
            }

            blocks += BlocksOf(_ends[list] - begin);
            begin = _ends[list];
            _blockEnds[list] = blocks;
        }
    }

    /// <summary>Lists, at least one.</summary>
    internal int Count => _ends.Length;

    /// <summary>Vectors of all lists.</summary>
    internal int VectorCount => _ends[^1];

    /// <summary>Blocks of all lists.</summary>
    internal int BlockCount => _blockEnds[^1];

    /// <summary>One list of everything.</summary>
    /// <param name="vectors">How many.</param>
    /// <param name="mean">[dimension], its centroid.</param>
    internal static CodeLists Single(int vectors, float[] mean) => new([vectors], mean.Length, mean);

    /// <summary>Blocks of so many vectors.</summary>
    internal static int BlocksOf(int vectors)
        => (vectors + VectorKernels.BlockRows - 1) / VectorKernels.BlockRows;

    /// <summary>The first vector of a list.</summary>
    internal int First(int list) => list == 0 ? 0 : _ends[list - 1];

    /// <summary>Vectors of a list.</summary>
    internal int Size(int list) => _ends[list] - First(list);

    /// <summary>The first block of a list.</summary>
    internal int FirstBlock(int list) => list == 0 ? 0 : _blockEnds[list - 1];

    /// <summary>[dimension], or empty: zeros.</summary>
    internal virtual ReadOnlySpan<float> Centroid(int list)
        => _centroids.IsEmpty ? default : _centroids.Span.Slice(list * _dimension, _dimension);

    /// <summary>The list of a vector. O(log lists).</summary>
    internal int ListOf(int vector)
    {
        int low = 0;
        int high = _ends.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ends[middle] > vector)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    /// <summary>Takes a list's centroid off a vector.</summary>
    internal void Subtract(int list, Span<float> values) => Subtract(Centroid(list), values);

    /// <summary>Takes a centroid off a vector; an empty one is zero.</summary>
    internal static void Subtract(ReadOnlySpan<float> centroid, Span<float> values)
    {
        for (int i = 0; i < centroid.Length; i++)
        {
            values[i] -= centroid[i];
        }
    }
}
