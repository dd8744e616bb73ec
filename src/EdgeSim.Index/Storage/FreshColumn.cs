using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The vectors of one name in memory, in the order of their rows. Kept in chunks that never move, so that
/// readers scan while the writer appends. One writer; a reader looks at the rows of its snapshot only.
/// </summary>
internal sealed class FreshColumn(int stride)
{
    /// <summary>Rows of a chunk: 100 KB of codes at 384 dimensions.</summary>
    internal const int ChunkRows = 256;

    private readonly Chunk?[] _chunks = new Chunk?[IndexLimits.FreshRowsCapacity / ChunkRows];
    private int _count;

    /// <summary>Vectors held.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Bytes from vector to vector.</summary>
    internal int Stride => stride;

    /// <summary>Appends a vector of a row, whose ordinal is above those before.</summary>
    internal void Add(int ordinal, ReadOnlySpan<sbyte> codes, QuantizedRow side)
    {
        ref Chunk? chunk = ref _chunks[_count / ChunkRows];
        chunk ??= new Chunk(stride);
        int at = _count % ChunkRows;
        codes.CopyTo(chunk.Codes.AsSpan(at * stride, stride));
        chunk.Scales[at] = side.Scale;
        chunk.SquareSums[at] = side.SquareSum;
        chunk.CodeSums[at] = side.CodeSum;
        chunk.Owners[at] = ordinal;
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Vectors whose rows are below an ordinal. O(log vectors).</summary>
    internal int CountBefore(int ordinal)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (Owner(middle) < ordinal)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Codes of a run of vectors within one chunk.</summary>
    internal ReadOnlySpan<sbyte> Codes(int first, int count)
        => At(first).Codes.AsSpan(first % ChunkRows * stride, count * stride);

    internal ReadOnlySpan<int> SquareSums(int first, int count)
        => At(first).SquareSums.AsSpan(first % ChunkRows, count);

    internal ReadOnlySpan<float> Scales(int first, int count)
        => At(first).Scales.AsSpan(first % ChunkRows, count);

    /// <summary>The row of a vector.</summary>
    internal int Owner(int vector) => At(vector).Owners[vector % ChunkRows];

    internal QuantizedRow Side(int vector)
    {
        Chunk chunk = At(vector);
        int at = vector % ChunkRows;
        return new QuantizedRow(chunk.Scales[at], chunk.SquareSums[at], chunk.CodeSums[at]);
    }

    private Chunk At(int vector) => _chunks[vector / ChunkRows]!;

    private sealed class Chunk(int stride)
    {
        internal readonly sbyte[] Codes = new sbyte[ChunkRows * stride];
        internal readonly float[] Scales = new float[ChunkRows];
        internal readonly int[] SquareSums = new int[ChunkRows];
        internal readonly int[] CodeSums = new int[ChunkRows];
        internal readonly int[] Owners = new int[ChunkRows];
    }
}
