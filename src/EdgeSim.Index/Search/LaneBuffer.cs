namespace EdgeSim.Index.Search;

/// <summary>The vectors of a query and their codes, lane after lane. Grows and stays.</summary>
internal sealed class LaneBuffer
{
    private float[] _values = [];
    private sbyte[] _codes = [];
    private int _stride;

    /// <summary>Bytes held.</summary>
    internal long Bytes => (_values.LongLength * sizeof(float)) + _codes.LongLength;

    /// <summary>Makes room for so many vectors.</summary>
    internal void Reserve(int lanes, int stride)
    {
        if (_values.Length < lanes * stride)
        {
            _values = new float[lanes * stride];
            _codes = new sbyte[lanes * stride];
        }

        _stride = stride;
    }

    internal Span<float> Values(int lane) => _values.AsSpan(lane * _stride, _stride);

    internal Span<sbyte> Codes(int lane) => _codes.AsSpan(lane * _stride, _stride);

    /// <summary>The codes of several lanes, one after the other.</summary>
    internal ReadOnlySpan<sbyte> Codes(int lane, int count) => _codes.AsSpan(lane * _stride, count * _stride);
}
