using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// Vectors of one size, with keys and payloads from files beside them. Reads a block of rows at a time, and
/// the next one while the rows of this one are stored.
/// </summary>
internal sealed class VectorReader : PointReader
{
    /// <summary>Bytes of a block: enough for all cores to quantise, little enough for their caches.</summary>
    private const int BlockBytes = 1 << 20;

    private readonly VectorLayout _layout;
    private readonly KeySource _keys;
    private readonly PayloadLines? _payloads;
    private readonly string? _vector;
    private readonly bool _isFloats;
    private readonly float[] _values;
    private readonly Key[] _rowKeys;

    // Bytes as they lie in the file, in memory of floats: where these are what the rows are, none is copied.
    private float[] _block;
    private float[] _ahead;
    private Task<int>? _reading;
    private long _rows;
    private int _blockRows;
    private int _used;

    internal VectorReader(string path, Stream input, VectorLayout layout, PointReaderOptions options)
        : base(path, input)
    {
        _layout = layout;
        _vector = options.Vector;
        int rows = Math.Max(1, BlockBytes / layout.RowBytes);
        _block = new float[((rows * layout.RowBytes) + sizeof(float) - 1) / sizeof(float)];
        _ahead = new float[_block.Length];
        _isFloats = layout is { Element: VectorElement.Float32, HasPrefix: false };
        _values = _isFloats ? [] : new float[rows * layout.Dimension];
        _rowKeys = new Key[rows];
        input.Position = layout.Offset;
        if (layout.Count > 0 && options.FirstKey > ulong.MaxValue - (ulong)(layout.Count - 1))
        {
            throw new ArgumentException(
                $"{layout.Count} keys from {options.FirstKey} on are more than there are numbers.",
                nameof(options));
        }

        try
        {
            _keys = KeySource.Open(options.IdsPath, options.FirstKey, layout.Count);
            _payloads = options.PayloadsPath is { } payloads ? new PayloadLines(payloads) : null;
        }
        catch
        {
            _keys?.Dispose();
            throw;
        }
    }

    public override long BytesRead => Math.Min(Bytes, _layout.Offset + (_rows * _layout.RowBytes));

    public override long? Count => _layout.Count;

    public override IReadOnlyList<PointVector> Vectors
        => _layout.Count == 0 ? [] : [new PointVector(_vector ?? "", _layout.Dimension)];

    public override int AppendTo(BulkLoad load, int rows)
    {
        if (_used == _blockRows && !ReadBlock())
        {
            _keys.End(_rows);
            _payloads?.End(_rows);
            return 0;
        }

        int count = Math.Min(rows, _blockRows - _used);
        ReadOnlyMemory<float> values = Rows(_used, count);
        for (int i = 0; i < count; i++)
        {
            _rowKeys[i] = _keys.Next(_rows + i);
        }

        if (_payloads is null && _vector is null)
        {
            At(
                () => $"rows {_rows} to {_rows + count - 1}",
                () => load.Append(_rowKeys.AsSpan(0, count), values));
        }
        else
        {
            AppendRows(load, values, count);
        }

        _used += count;
        _rows += count;
        return count;
    }

    private protected override void Dispose(bool disposing)
    {
        if (_reading is not null)
        {
            _ = Task.WaitAny(_reading); // Whatever came of it.
        }

        _keys.Dispose();
        _payloads?.Dispose();
        base.Dispose(disposing);
    }

    private void AppendRows(BulkLoad load, ReadOnlyMemory<float> values, int count)
    {
        for (int i = 0; i < count; i++)
        {
            long row = _rows + i;
            int at = i;
            byte[] payload = _payloads?.Next(row) ?? [];
            At(() => $"row {row}", () =>
            {
                load.SetVector(_vector, values.Span.Slice(at * _layout.Dimension, _layout.Dimension));
                load.Append(_rowKeys[at], payload);
            });
        }
    }

    /// <summary>Takes the block that has been read ahead, and reads the next one.</summary>
    private bool ReadBlock()
    {
        if (_rows == _layout.Count)
        {
            return false;
        }

        int bytes = _reading is { } reading ? reading.GetAwaiter().GetResult() : Read(_ahead, _rows);
        (_block, _ahead) = (_ahead, _block);
        _blockRows = bytes / _layout.RowBytes;
        _used = 0;
        long next = _rows + _blockRows;
        _reading = next < _layout.Count ? Task.Run(() => Read(_ahead, next)) : null;
        return true;
    }

    private int Read(float[] block, long firstRow)
    {
        int bytes = (int)Math.Min(_rowKeys.Length, _layout.Count - firstRow) * _layout.RowBytes;
        try
        {
            Input.ReadExactly(MemoryMarshal.AsBytes(block.AsSpan())[..bytes]);
        }
        catch (EndOfStreamException ended)
        {
            throw new TransferException(
                Path, $"row {firstRow}", "the file ends here; it has become shorter meanwhile.", ended);
        }

        return bytes;
    }

    /// <summary>Rows of the block as floats.</summary>
    private ReadOnlyMemory<float> Rows(int first, int count)
    {
        if (_isFloats)
        {
            return _block.AsMemory(first * _layout.Dimension, count * _layout.Dimension);
        }

        Decode(first, count);
        return _values.AsMemory(0, count * _layout.Dimension);
    }

    private void Decode(int first, int count)
    {
        int prefix = _layout.HasPrefix ? sizeof(int) : 0;
        ReadOnlySpan<byte> block = MemoryMarshal.AsBytes(_block.AsSpan());
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> row = block.Slice((first + i) * _layout.RowBytes, _layout.RowBytes);
            if (prefix > 0 && BinaryPrimitives.ReadInt32LittleEndian(row) != _layout.Dimension)
            {
                throw new TransferException(
                    Path,
                    $"row {_rows + i}",
                    $"the vector has {BinaryPrimitives.ReadInt32LittleEndian(row)} components; "
                    + $"the first one has {_layout.Dimension}, and all must have as many.");
            }

            Decode(row[prefix..], _values.AsSpan(i * _layout.Dimension, _layout.Dimension), _layout.Element);
        }
    }

    private static void Decode(ReadOnlySpan<byte> from, Span<float> to, VectorElement element)
    {
        switch (element)
        {
            case VectorElement.Float32:
                MemoryMarshal.Cast<byte, float>(from).CopyTo(to);
                break;
            case VectorElement.Float64:
                ReadOnlySpan<double> doubles = MemoryMarshal.Cast<byte, double>(from);
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = (float)doubles[i];
                }

                break;
            case VectorElement.Float16:
                ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(from);
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = (float)halves[i];
                }

                break;
            case VectorElement.Int8:
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = (sbyte)from[i];
                }

                break;
            default:
                for (int i = 0; i < to.Length; i++)
                {
                    to[i] = from[i];
                }

                break;
        }
    }
}
