using System.Buffers;

namespace EdgeSim.Index.Transfer;

/// <summary>A point as it was read from a file, in memory that is used again for the next one.</summary>
internal sealed class ParsedPoint
{
    private readonly List<(string Name, int Start, int Length)> _vectors = [];
    private float[] _values = new float[1024];
    private int _used;
    private int _start;

    internal Key Key { get; set; }

    /// <summary>A MessagePack map, or nothing.</summary>
    internal ArrayBufferWriter<byte> Payload { get; } = new();

    /// <summary>Name and dimension of each vector.</summary>
    internal IReadOnlyList<PointVector> Vectors
        => [.. _vectors.Select(vector => new PointVector(vector.Name, vector.Length))];

    internal void Clear()
    {
        _vectors.Clear();
        _used = 0;
        _start = 0;
        Payload.ResetWrittenCount();
    }

    /// <summary>
    /// Adds a component to the vector that is being read; false where it has as many as may be.
    /// </summary>
    internal bool TryAdd(float value)
    {
        if (_used - _start == IndexLimits.DimensionMax)
        {
            return false;
        }

        if (_used == _values.Length)
        {
            Array.Resize(ref _values, 2 * _used);
        }

        _values[_used++] = value;
        return true;
    }

    /// <summary>
    /// Ends that vector; false where there is one of that name, or there are as many as may be.
    /// </summary>
    internal bool TryEndVector(string name)
    {
        if (_vectors.Count == IndexLimits.VectorsMax || _vectors.Exists(vector => vector.Name == name))
        {
            return false;
        }

        _vectors.Add((name, _start, _used - _start));
        _start = _used;
        return true;
    }

    internal void AppendTo(BulkLoad load)
    {
        // Of a load that refused the point before, its vectors.
        load.ClearVectors();
        foreach ((string name, int start, int length) in _vectors)
        {
            load.SetVector(name.Length == 0 ? null : name, _values.AsSpan(start, length));
        }

        load.Append(Key, Payload.WrittenSpan);
    }
}
