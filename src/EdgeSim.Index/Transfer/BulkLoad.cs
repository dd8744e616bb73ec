using System.Runtime.ExceptionServices;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// Many points at once: their rows are quantised and streamed straight into segment files, without going
/// through the log, and all of them become visible and durable with <see cref="Commit"/>. Before, a power cut
/// or <see cref="Dispose"/> leaves nothing. The collection goes on being read and written meanwhile.
/// </summary>
/// <remarks>
/// As of the commit the points replace those of the same keys, whenever these were written. Of points with
/// one key within a load the last wins, as with upserts one after the other; the file they are in is then
/// written twice. For one thread at a time; several loads may be under way. Dispose it before the collection.
/// </remarks>
public sealed class BulkLoad : IDisposable
{
    private readonly Store _store;
    private readonly CollectionOptions _options;
    private readonly BulkLoadOptions _load;
    private readonly List<Segment> _made = [];
    private readonly sbyte[][] _codes;
    private readonly QuantizedRow[] _sides;
    private readonly bool[] _isSet;
    private readonly IReadOnlyList<PayloadIndexField> _fields;
    private BlockQuantizer? _blocks;
    private BulkSegment? _current;
    private long _nextRows;
    private bool _isOver;

    internal BulkLoad(Store store, BulkLoadOptions load)
    {
        load.Validate();
        store.RequireWritable();
        _store = store;
        _load = load;
        _options = store.Context.Options;
        _fields = store.Fields();
        _codes = [.. _options.Vectors.Select(vector => new sbyte[vector.Stride])];
        _sides = new QuantizedRow[_codes.Length];
        _isSet = new bool[_codes.Length];
        _nextRows = Math.Max(
            1, IndexLimits.LoadedSegmentBytesFirst / _options.Vectors.Sum(vector => (long)vector.Stride));
    }

    /// <summary>Points appended.</summary>
    public long Count { get; private set; }

    /// <summary>Appends a point with one vector: the collection's first. O(dimension).</summary>
    /// <param name="key">Any key.</param>
    /// <param name="vector">[dimension].</param>
    /// <param name="payload">A MessagePack map, or nothing.</param>
    /// <exception cref="VectorException">
    /// Wrong dimension, a component that is not finite or too large, or a zero vector for cosine; nothing was
    /// appended.
    /// </exception>
    /// <exception cref="PayloadException">Not such a map; nothing was appended.</exception>
    /// <exception cref="IndexStorageException">The disk refuses; the load is lost.</exception>
    public void Append(Key key, ReadOnlySpan<float> vector, ReadOnlySpan<byte> payload = default)
    {
        PayloadRules.Check(payload);
        Array.Clear(_isSet);
        SetVector(null, vector);
        Put(key, payload, _codes, 0);
        Array.Clear(_isSet);
    }

    /// <summary>
    /// Appends a point with the vectors that were set since the last one; a point may have none.
    /// </summary>
    /// <inheritdoc cref="Append(Key, ReadOnlySpan{float}, ReadOnlySpan{byte})"/>
    public void Append(Key key, ReadOnlySpan<byte> payload = default)
    {
        PayloadRules.Check(payload);
        Put(key, payload, _codes, 0);
        Array.Clear(_isSet);
    }

    /// <summary>Sets a vector of the point that is appended next; null: the collection's first.</summary>
    /// <exception cref="VectorException">As with Append; nothing was set.</exception>
    /// <exception cref="ArgumentException">There is no vector of that name.</exception>
    public void SetVector(string? name, ReadOnlySpan<float> vector)
    {
        int column = _options.ColumnOf(name);
        _options.Vectors[column].CheckLength(vector.Length);
        _sides[column] = RowQuantizer.Quantize(vector, _options.Vectors[column].Metric, _codes[column]);
        _isSet[column] = true;
    }

    /// <summary>
    /// Sets a vector of the point that is appended next as codes, which are stored as they are: component =
    /// code x scale. For cosine the scale is the one that gives the vector length one.
    /// </summary>
    /// <param name="name">Which vector; null: the collection's first.</param>
    /// <param name="codes">[dimension], -127 to 127.</param>
    /// <param name="scale">A positive finite number.</param>
    /// <exception cref="VectorException">
    /// Wrong dimension, a code of -128, a scale that is not allowed, or a zero vector for cosine.
    /// </exception>
    /// <exception cref="ArgumentException">There is no vector of that name.</exception>
    public void SetCodes(string? name, ReadOnlySpan<sbyte> codes, float scale = 1f)
    {
        int column = _options.ColumnOf(name);
        VectorOptions vector = _options.Vectors[column];
        vector.CheckLength(codes.Length);
        _sides[column] = CodeRows.SideOf(codes, scale, vector.Metric);
        codes.CopyTo(_codes[column]);
        _codes[column].AsSpan(codes.Length).Clear();
        _isSet[column] = true;
    }

    /// <summary>
    /// Appends points with one vector each, the collection's first, and no payload: quantised on all cores,
    /// stored in this order. All or none when it throws for a vector.
    /// </summary>
    /// <param name="keys">[rows].</param>
    /// <param name="vectors">[rows x dimension].</param>
    /// <exception cref="VectorException">As with Append; names the row, counted from 0.</exception>
    public void Append(ReadOnlySpan<Key> keys, ReadOnlyMemory<float> vectors)
    {
        VectorOptions first = _options.Default;
        if (vectors.Length != (long)keys.Length * first.Dimension)
        {
            throw new ArgumentException(
                $"{vectors.Length} components are not {keys.Length} vectors of {first.Dimension}.",
                nameof(vectors));
        }

        _blocks ??= new BlockQuantizer(first);
        _blocks.Quantize(vectors, keys.Length);
        Array.Clear(_isSet);
        sbyte[][] codes = [_blocks.Codes];
        for (int i = 0; i < keys.Length; i++)
        {
            _sides[0] = _blocks.Sides[i];
            _isSet[0] = true;
            Put(keys[i], [], codes, i * first.Stride);
        }

        Array.Clear(_isSet);
    }

    /// <summary>
    /// Makes the points visible to every reader that comes and durable, all at once. Writers wait for a
    /// moment at its end. When it throws, the load is lost.
    /// </summary>
    /// <returns>The load as one batch of the collection's history.</returns>
    /// <exception cref="IndexFullException">The collection has as many rows or files as it can.</exception>
    /// <exception cref="IndexStorageException">The disk refuses; nothing has happened.</exception>
    public WriteReceipt Commit()
    {
        RequireOpen();
        EndSegment();
        if (_made.Count == 0)
        {
            _isOver = true;
            return new WriteReceipt(_store.Snapshots.Sequence, Durability.Always, 0);
        }

        ulong sequence = 0;
        try
        {
            sequence = _store.Load(_made);
        }
        catch (Exception refused)
        {
            Lose(refused);
        }

        _isOver = true;
        _made.ForEach(segment => segment.Release());
        _made.Clear();
        return new WriteReceipt(sequence, Durability.Always, checked((int)Math.Min(Count, int.MaxValue)));
    }

    /// <summary>Gives up what was not committed.</summary>
    public void Dispose()
    {
        _isOver = true;
        _current?.Dispose();
        _current = null;
        _made.ForEach(_store.Discard);
        _made.Clear();
    }

    /// <summary>Forgets what was set for a point that was not appended.</summary>
    internal void ClearVectors() => Array.Clear(_isSet);

    private void Put(Key key, ReadOnlySpan<byte> payload, sbyte[][] codes, int start)
    {
        RequireOpen();
        try
        {
            BulkSegment segment = _current ??= StartSegment();
            for (int column = 0; column < codes.Length; column++)
            {
                if (_isSet[column])
                {
                    segment.AddVector(
                        column,
                        codes[column].AsSpan(start, _options.Vectors[column].Stride),
                        _sides[column]);
                }
            }

            segment.EndRow(key, payload);
            Count++;
            if (segment.IsFull)
            {
                EndSegment();
            }
        }
        catch (Exception refused)
        {
            Lose(refused);
        }
    }

    private BulkSegment StartSegment()
    {
        long rows = _load.RowsExpected is { } expected && expected > Count
            ? expected - Count
            : _load.RowsLeft?.Invoke() ?? _nextRows;
        _nextRows = Math.Min(2 * _nextRows, IndexLimits.SegmentRowsMax);
        return _store.StartSegment((int)Math.Min(rows, _load.SegmentRows));
    }

    private void EndSegment()
    {
        if (_current is null)
        {
            return;
        }

        try
        {
            _made.Add(_current.Finish(_fields, _load));
            _current.Dispose();
            _current = null;
        }
        catch (Exception refused)
        {
            Lose(refused);
        }
    }

    /// <summary>A file that was not written to its end cannot be continued.</summary>
    private void Lose(Exception refused)
    {
        Dispose();
        if (refused is IOException or UnauthorizedAccessException)
        {
            refused = new IndexStorageException(
                _store.Context.Path, $"the rows could not be written: {refused.Message}", refused);
        }

        ExceptionDispatchInfo.Throw(refused);
    }

    private void RequireOpen()
    {
        _store.RequireWritable();
        if (_isOver)
        {
            throw new InvalidOperationException(
                "The load is over: committed, given up, or lost with a write that failed. Start another.");
        }
    }
}
