using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Rows added and not yet committed, already quantised. A row whose key comes again is dead; the last one
/// counts. Codes are kept in chunks, so that growing never copies them.
/// </summary>
internal sealed class FreshRows(int stride) : IRowSource
{
    private const int ChunkRows = 128;

    /// <summary>
    /// Bytes of a row beside codes and payload: key, scale, two sums, offset, and its place in the key table.
    /// </summary>
    private const int SideBytes = 64;

    private readonly List<sbyte[]> _codes = [];
    private readonly List<QuantizedRow> _rows = [];
    private readonly List<ulong> _keys = [];
    private readonly List<int> _payloadEnds = [];
    private readonly Dictionary<ulong, int> _newest = [];
    private byte[] _payloads = [];
    private int _payloadBytes;
    private int[]? _order;

    public int RowCount => _rows.Count;

    public int LiveCount => _newest.Count;

    /// <summary>Bytes that the rows take.</summary>
    internal long Bytes => ((long)RowCount * (stride + SideBytes)) + _payloadBytes;

    /// <summary>Whether one more row fits the bounds.</summary>
    internal bool HasRoomFor(int payloadBytes)
        => RowCount < IndexLimits.FreshRowsMax
            && Bytes + stride + SideBytes + payloadBytes <= IndexLimits.FreshBytesMax;

    /// <summary>Quantises a row and keeps it. O(dimension).</summary>
    internal void Add(ulong key, ReadOnlySpan<float> vector, Metric metric, ReadOnlySpan<byte> payload)
    {
        int ordinal = RowCount;
        if (ordinal / ChunkRows == _codes.Count)
        {
            _codes.Add(new sbyte[ChunkRows * stride]);
        }

        // May refuse; nothing is changed yet.
        QuantizedRow row = RowQuantizer.Quantize(vector, metric, CodesOf(ordinal));
        GrowPayloads(payload.Length);
        payload.CopyTo(_payloads.AsSpan(_payloadBytes));
        _payloadBytes += payload.Length;
        _payloadEnds.Add(_payloadBytes);
        _rows.Add(row);
        _keys.Add(key);
        _newest[key] = ordinal;
        _order = null;
    }

    public bool IsLive(int ordinal) => _newest[_keys[ordinal]] == ordinal;

    public ReadOnlySpan<sbyte> Codes(int ordinal) => CodesOf(ordinal);

    public float Scale(int ordinal) => _rows[ordinal].Scale;

    public int SquareSum(int ordinal) => _rows[ordinal].SquareSum;

    public int CodeSum(int ordinal) => _rows[ordinal].CodeSum;

    public ulong Key(int ordinal) => _keys[ordinal];

    public int PayloadLength(int ordinal) => _payloadEnds[ordinal] - PayloadStart(ordinal);

    public ReadOnlySpan<byte> Payload(int ordinal)
        => _payloads.AsSpan(PayloadStart(ordinal), PayloadLength(ordinal));

    public int OrdinalByKey(int n)
    {
        if (_order is null)
        {
            _order = new int[RowCount];
            for (int i = 0; i < _order.Length; i++)
            {
                _order[i] = i;
            }

            Array.Sort(_keys.ToArray(), _order);
        }

        return _order[n];
    }

    private int PayloadStart(int ordinal) => ordinal == 0 ? 0 : _payloadEnds[ordinal - 1];

    private Span<sbyte> CodesOf(int ordinal)
        => _codes[ordinal / ChunkRows].AsSpan(ordinal % ChunkRows * stride, stride);

    private void GrowPayloads(int bytes)
    {
        if (_payloadBytes + bytes > _payloads.Length)
        {
            long wanted = Math.Max(
                _payloadBytes + (long)bytes, Math.Min(2L * _payloads.Length, IndexLimits.FreshBytesMax));
            Array.Resize(ref _payloads, (int)Math.Max(wanted, 4096));
        }
    }
}
