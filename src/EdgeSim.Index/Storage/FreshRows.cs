using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Rows that are in the log and not yet in a segment, already quantised. Rows are only appended. A row says
/// from which batch on it is dead, so that readers of older snapshots keep it: nothing is copied for them.
/// One writer at a time; readers look at the rows of their snapshot.
/// </summary>
internal sealed class FreshRows
{
    /// <summary>What <see cref="DeadFrom"/> says of a row that lives.</summary>
    internal const ulong Alive = ulong.MaxValue;

    private const int ChunkRows = 256;
    private const int PayloadChunkBytes = 64 << 10;

    /// <summary>
    /// Bytes of a row beside its codes and payload: key, places, two slots of the key table.
    /// </summary>
    private const int RowBytes = 96;

    /// <summary>Bytes of a vector beside its codes.</summary>
    private const int VectorBytes = 20;

    private readonly Row[]?[] _rows = new Row[]?[IndexLimits.FreshRowsCapacity / ChunkRows];
    private readonly int[]?[][] _vectors;
    private readonly FreshColumn[] _columns;
    private readonly FreshKeys _keys = new();
    private byte[] _payloads = [];
    private int _payloadsUsed;

    /// <param name="options">The collection's.</param>
    /// <param name="number">Stands for a segment number in matches: negative, never used twice.</param>
    internal FreshRows(CollectionOptions options, int number)
    {
        Number = number;
        _columns = new FreshColumn[options.Vectors.Count];
        _vectors = new int[]?[_columns.Length][];
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i] = new FreshColumn(options.Vectors[i].Stride);
            _vectors[i] = new int[]?[_rows.Length];
        }
    }

    internal int Number { get; }

    /// <summary>Rows ever added; the writer's number.</summary>
    internal int RowCount { get; private set; }

    /// <summary>Bytes held.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Whether that many rows of this size still fit; the caller bounds the bytes.</summary>
    internal bool HasRoomFor(int rows) => RowCount + rows <= IndexLimits.FreshRowsMax;

    internal FreshColumn Column(int column) => _columns[column];

    /// <summary>Appends a row without vectors. Visible to readers when a snapshot says so.</summary>
    internal int Add(Key key, ReadOnlySpan<byte> payload)
    {
        int ordinal = RowCount;
        ref Row[]? chunk = ref _rows[ordinal / ChunkRows];
        chunk ??= new Row[ChunkRows];
        int offset = KeepPayload(payload, out byte[] bytes);
        chunk[ordinal % ChunkRows] = new Row
        {
            Key = key,
            Payload = bytes,
            PayloadOffset = offset,
            PayloadLength = payload.Length,
            Previous = _keys.Find(this, key),
            DeadFrom = Alive,
        };
        for (int i = 0; i < _vectors.Length; i++)
        {
            ref int[]? places = ref _vectors[i][ordinal / ChunkRows];
            places ??= new int[ChunkRows];
            places[ordinal % ChunkRows] = -1;
        }

        RowCount++;
        Bytes += RowBytes + payload.Length;
        _keys.Add(this, key, ordinal);
        return ordinal;
    }

    /// <summary>Gives the newest row a vector.</summary>
    internal void AddVector(int column, ReadOnlySpan<sbyte> codes, QuantizedRow side)
    {
        int ordinal = RowCount - 1;
        _vectors[column][ordinal / ChunkRows]![ordinal % ChunkRows] = _columns[column].Count;
        _columns[column].Add(ordinal, codes, side);
        Bytes += codes.Length + VectorBytes;
    }

    internal Key Key(int ordinal) => At(ordinal).Key;

    internal ReadOnlySpan<byte> Payload(int ordinal)
    {
        ref readonly Row row = ref At(ordinal);
        return row.Payload.AsSpan(row.PayloadOffset, row.PayloadLength);
    }

    internal int PayloadLength(int ordinal) => At(ordinal).PayloadLength;

    internal int VectorOf(int column, int ordinal)
        => _vectors[column][ordinal / ChunkRows]![ordinal % ChunkRows];

    /// <summary>The batch that deleted or replaced a row; <see cref="Alive"/> when none did.</summary>
    internal ulong DeadFrom(int ordinal)
        => Volatile.Read(ref _rows[ordinal / ChunkRows]![ordinal % ChunkRows].DeadFrom);

    /// <summary>Says which batch ended a row, or that none did.</summary>
    internal void SetDeadFrom(int ordinal, ulong sequence)
        => Volatile.Write(ref _rows[ordinal / ChunkRows]![ordinal % ChunkRows].DeadFrom, sequence);

    /// <summary>The row of a key that lives after a batch, among the first rows; -1 when none does.</summary>
    internal int Find(Key key, int rows, ulong sequence)
    {
        int ordinal = _keys.Find(this, key);
        while (ordinal >= 0 && (ordinal >= rows || DeadFrom(ordinal) <= sequence))
        {
            ordinal = At(ordinal).Previous;
        }

        return ordinal;
    }

    /// <summary>Ordinals of the first rows in ascending order of key. Sorts: O(rows log rows).</summary>
    internal int[] Order(int rows)
    {
        var keys = new Key[rows];
        var order = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            keys[i] = Key(i);
            order[i] = i;
        }

        Array.Sort(keys, order);
        return order;
    }

    private ref readonly Row At(int ordinal) => ref _rows[ordinal / ChunkRows]![ordinal % ChunkRows];

    private int KeepPayload(ReadOnlySpan<byte> payload, out byte[] bytes)
    {
        if (payload.Length > _payloads.Length - _payloadsUsed)
        {
            _payloads = new byte[Math.Max(PayloadChunkBytes, payload.Length)];
            _payloadsUsed = 0;
        }

        bytes = _payloads;
        int offset = _payloadsUsed;
        payload.CopyTo(bytes.AsSpan(offset));
        _payloadsUsed += payload.Length;
        return offset;
    }

    private struct Row
    {
        internal Key Key;
        internal byte[] Payload;
        internal int PayloadOffset;
        internal int PayloadLength;
        internal int Previous;
        internal ulong DeadFrom;
    }
}
