using EdgeSim.Index.Search;

namespace EdgeSim.Index;

/// <summary>
/// The memory of a search, reused. It grows to the largest question asked with it and then stays: after that
/// a search allocates nothing. One search at a time; concurrent searches bring one each.
/// </summary>
public sealed class SearchScratch
{
    /// <summary>
    /// Bytes that one scratch can grow to: query, its codes, the dot products of a step, the heap. A search
    /// through graphs adds a byte for each vector of the largest segment, and its pool.
    /// </summary>
    public const int BytesMax =
        (IndexLimits.DimensionMax * (sizeof(float) + sizeof(sbyte)))
        + (FlatIndex.StepRowsMax * sizeof(int))
        + (IndexLimits.KMax * sizeof(ulong));

    private readonly int[] _dots = new int[FlatIndex.StepRowsMax];
    private float[] _query = [];
    private sbyte[] _codes = [];
    private int _stride;

    /// <summary>Bytes held now.</summary>
    public long Bytes
        => (_dots.LongLength * sizeof(int))
            + (_query.LongLength * sizeof(float))
            + _codes.LongLength
            + Best.Bytes
            + Walk.Bytes;

    internal TopK Best { get; } = new();

    /// <summary>Memory of walks through graphs; a byte for each vector of the largest segment.</summary>
    internal HnswScratch Walk { get; } = new();

    internal Span<int> Dots => _dots;

    internal Span<float> Query => _query.AsSpan(0, _stride);

    internal Span<sbyte> Codes => _codes.AsSpan(0, _stride);

    internal void Prepare(int stride, int k)
    {
        if (_query.Length < stride)
        {
            _query = new float[stride];
            _codes = new sbyte[stride];
        }

        _stride = stride;
        Best.Reset(k);
    }
}
