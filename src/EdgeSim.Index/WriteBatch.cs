using System.Buffers;
using System.Runtime.InteropServices;
using EdgeSim.Index.Payloads;
using EdgeSim.Index.Quantization;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index;

/// <summary>
/// Changes that happen together or not at all, in the order in which they were added. Vectors are quantised
/// and payloads checked when they are added, so a batch is prepared on any thread without the collection
/// waiting. Clear it and use it again: it keeps its memory. Not for two threads at once.
/// </summary>
public sealed class WriteBatch
{
    private readonly CollectionOptions _options;
    private readonly List<WriteStep> _steps = [];
    private readonly List<VectorEntry> _vectors = [];
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly ArrayBufferWriter<byte> _edited = new();

    internal WriteBatch(CollectionOptions options) => _options = options;

    /// <summary>Changes added, at most <see cref="IndexLimits.BatchPointsMax"/>.</summary>
    public int Count => _steps.Count;

    /// <summary>Bytes of codes and payloads added, at most <see cref="IndexLimits.BatchBytesMax"/>.</summary>
    public long Bytes => _bytes.WrittenCount + (_steps.Count * WriteStep.SizeBytes);

    /// <summary>
    /// Inserts a point or replaces the one of this key, with one vector: the collection's first.
    /// O(dimension).
    /// </summary>
    /// <param name="key">Any key.</param>
    /// <param name="vector">
    /// [dimension]. Its length is kept for dot and euclid, and does not matter for cosine.
    /// </param>
    /// <param name="payload">
    /// A MessagePack map of up to <see cref="IndexLimits.PayloadBytesMax"/> bytes, or nothing; copied.
    /// </param>
    /// <exception cref="VectorException">
    /// Wrong dimension, a component that is not finite or too large, or a zero vector for cosine; nothing was
    /// added.
    /// </exception>
    /// <exception cref="PayloadException">Not such a map; nothing was added.</exception>
    /// <exception cref="ArgumentException">The batch is full; nothing was added.</exception>
    public void Upsert(Key key, ReadOnlySpan<float> vector, ReadOnlySpan<byte> payload = default)
    {
        _options.Default.CheckLength(vector.Length);
        PayloadRules.Check(payload);
        RequireRoom(payload.Length + _options.Default.Stride);
        Quantise(0, vector);
        _steps.Add(new WriteStep(StepKind.Put, key, Keep(payload), payload.Length, _vectors.Count - 1, 1));
    }

    /// <summary>
    /// Inserts a point or replaces the one of this key; its vectors follow with <see cref="Vector"/>, and a
    /// point may have none.
    /// </summary>
    /// <inheritdoc cref="Upsert(Key, ReadOnlySpan{float}, ReadOnlySpan{byte})"/>
    public void Upsert(Key key, ReadOnlySpan<byte> payload)
    {
        PayloadRules.Check(payload);
        RequireRoom(payload.Length);
        _steps.Add(new WriteStep(StepKind.Put, key, Keep(payload), payload.Length, _vectors.Count, 0));
    }

    /// <summary>
    /// Gives a stored point other vectors, which follow with <see cref="Vector"/>; those that are not named
    /// stay. A key without a point is passed over.
    /// </summary>
    public void SetVectors(Key key)
    {
        RequireRoom(0);
        _steps.Add(new WriteStep(StepKind.SetVectors, key, _bytes.WrittenCount, 0, _vectors.Count, 0));
    }

    /// <summary>Adds a vector to the point of the last Upsert or SetVectors. O(dimension).</summary>
    /// <exception cref="VectorException">As with Upsert; nothing was added.</exception>
    /// <exception cref="ArgumentException">There is no vector of that name.</exception>
    /// <exception cref="InvalidOperationException">The last change takes no vectors.</exception>
    public void Vector(string name, ReadOnlySpan<float> vector)
    {
        int column = _options.ColumnOf(name);
        _options.Vectors[column].CheckLength(vector.Length);
        if (_steps.Count == 0 || _steps[^1].Kind is not (StepKind.Put or StepKind.SetVectors))
        {
            throw new InvalidOperationException(
                "A vector follows an Upsert or a SetVectors; this one does not.");
        }

        RequireRoom(_options.Vectors[column].Stride, steps: 0);
        Quantise(column, vector);
        _steps[^1] = _steps[^1] with { VectorCount = _steps[^1].VectorCount + 1 };
    }

    /// <summary>
    /// Takes vectors from a stored point; the point stays. Passed over where there is none.
    /// </summary>
    /// <exception cref="ArgumentException">There is no vector of such a name.</exception>
    public void DeleteVectors(Key key, params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        RequireRoom(names.Count);
        int start = _bytes.WrittenCount;
        byte[] columns = [.. names.Select(name => (byte)_options.ColumnOf(name))];
        _bytes.Write(columns);
        _steps.Add(new WriteStep(StepKind.DeleteVectors, key, start, columns.Length, 0, 0));
    }

    /// <summary>Takes a point out. Nothing happens where there is none.</summary>
    public void Delete(Key key)
    {
        RequireRoom(0);
        _steps.Add(new WriteStep(StepKind.Delete, key, 0, 0, 0, 0));
    }

    /// <summary>
    /// Takes every point out that a filter matches as of the changes before: at most
    /// <see cref="IndexLimits.FilteredPointsMax"/>.
    /// </summary>
    public void Delete(Filter filter) => Add(StepKind.Delete, default, filter, default, null);

    /// <summary>Merges a map into a stored payload. Passed over where there is no point.</summary>
    /// <param name="key">The point.</param>
    /// <param name="values">A MessagePack map.</param>
    /// <param name="path">Where in the payload, as "a.b"; null: at its top.</param>
    /// <exception cref="PayloadException">Not a map, or not a path; nothing was added.</exception>
    public void SetPayload(Key key, ReadOnlySpan<byte> values, string? path = null)
        => AddEdit(StepKind.SetPayload, key, null, values, path is null ? null : [path]);

    /// <inheritdoc cref="SetPayload(Key, ReadOnlySpan{byte}, string?)"/>
    public void SetPayload(Filter filter, ReadOnlySpan<byte> values, string? path = null)
        => AddEdit(StepKind.SetPayload, default, filter, values, path is null ? null : [path]);

    /// <summary>
    /// Puts another payload in the place of a stored one. Passed over where there is no point.
    /// </summary>
    /// <exception cref="PayloadException">Not a map; nothing was added.</exception>
    public void OverwritePayload(Key key, ReadOnlySpan<byte> payload)
        => AddEdit(StepKind.OverwritePayload, key, null, payload, null);

    /// <inheritdoc cref="OverwritePayload(Key, ReadOnlySpan{byte})"/>
    public void OverwritePayload(Filter filter, ReadOnlySpan<byte> payload)
        => AddEdit(StepKind.OverwritePayload, default, filter, payload, null);

    /// <summary>Removes fields from a stored payload, each given as a path like "a.b".</summary>
    /// <exception cref="PayloadException">Not a path; nothing was added.</exception>
    public void DeletePayload(Key key, params IReadOnlyList<string> paths)
        => AddEdit(StepKind.DeletePayload, key, null, default, paths);

    /// <inheritdoc cref="DeletePayload(Key, IReadOnlyList{string})"/>
    public void DeletePayload(Filter filter, params IReadOnlyList<string> paths)
        => AddEdit(StepKind.DeletePayload, default, filter, default, paths);

    /// <summary>Empties a stored payload.</summary>
    public void ClearPayload(Key key) => AddEdit(StepKind.OverwritePayload, key, null, default, null);

    /// <inheritdoc cref="ClearPayload(Key)"/>
    public void ClearPayload(Filter filter)
        => AddEdit(StepKind.OverwritePayload, default, filter, default, null);

    /// <summary>Forgets all changes and keeps the memory.</summary>
    public void Clear()
    {
        _steps.Clear();
        _vectors.Clear();
        _bytes.ResetWrittenCount();
    }

    /// <summary>Whether this was made for a collection of these options.</summary>
    internal bool IsFor(CollectionOptions options) => _options.Equals(options);

    /// <summary>Declares a payload index, or with kind 0 drops it.</summary>
    internal void SetField(string path, int kind)
    {
        RequireRoom(0);
        _steps.Add(new WriteStep(StepKind.SetField, (ulong)kind, 0, 0, 0, 0) { Paths = [path] });
    }

    /// <summary>Inserts a row as it was stored somewhere else.</summary>
    internal void Restore(Key key, ReadOnlySpan<byte> payload)
        => _steps.Add(new WriteStep(StepKind.Put, key, Keep(payload), payload.Length, _vectors.Count, 0));

    /// <summary>Gives the row restored last a vector.</summary>
    internal void RestoreVector(int column, ReadOnlySpan<sbyte> codes, QuantizedRow side)
    {
        _vectors.Add(new VectorEntry(column, _bytes.WrittenCount, side));
        _bytes.Write(MemoryMarshal.AsBytes(codes));
        _steps[^1] = _steps[^1] with { VectorCount = _steps[^1].VectorCount + 1 };
    }

    /// <summary>Does the changes to a state and says in a log record what came of them.</summary>
    /// <returns>Points concerned.</returns>
    internal int Apply(WriteState state, LogBuffer log)
    {
        int points = 0;
        foreach (WriteStep step in _steps)
        {
            if (step.Filter is { } filter)
            {
                foreach (Key key in state.Select(filter))
                {
                    points += Apply(step with { Key = key }, state, log) ? 1 : 0;
                }
            }
            else
            {
                points += Apply(step, state, log) ? 1 : 0;
            }
        }

        return points;
    }

    private bool Apply(WriteStep step, WriteState state, LogBuffer log)
    {
        switch (step.Kind)
        {
            case StepKind.SetField:
                state.SetField((int)step.Key.Number, step.Paths![0]);
                LogBody.SetField(log, (int)step.Key.Number, step.Paths[0]);
                return true;
            case StepKind.Delete:
                bool isThere = state.Delete(step.Key);
                if (isThere)
                {
                    LogBody.Delete(log, step.Key);
                }

                return isThere;
            case StepKind.Put:
                state.Delete(step.Key);
                state.Put(step.Key, Part(step));
                PutVectors(step, state);
                break;
            default:
                if (!state.TryFind(step.Key, out IRowSource source, out int ordinal))
                {
                    return false;
                }

                Change(step, state, source, ordinal);
                break;
        }

        LogBody.Put(log, state.Active, state.Active.RowCount - 1, _options);
        return log.BodyBytes <= IndexLimits.RecordBytesMax
            ? true
            : throw new ArgumentException(
                $"The batch comes to more than {IndexLimits.RecordBytesMax} bytes of rows. "
                + "Split it, or give the filter fewer points.");
    }

    /// <summary>Puts a stored row in again with another payload or other vectors.</summary>
    private void Change(in WriteStep step, WriteState state, IRowSource source, int ordinal)
    {
        ReadOnlySpan<byte> payload = source.Payload(ordinal);
        if (step.Kind is StepKind.SetPayload or StepKind.OverwritePayload or StepKind.DeletePayload)
        {
            _edited.ResetWrittenCount();
            Edit(step, payload);
            payload = _edited.WrittenSpan;
            if (payload.Length > IndexLimits.PayloadBytesMax)
            {
                throw new PayloadException(
                    $"The payload of point {step.Key} would have {payload.Length} bytes; "
                    + $"allowed are {IndexLimits.PayloadBytesMax}.");
            }
        }

        state.Delete(step.Key);
        state.Put(step.Key, payload);
        for (int column = 0; column < _options.Vectors.Count; column++)
        {
            int vector = source.VectorOf(column, ordinal);
            if (vector >= 0 && !Drops(step, column))
            {
                state.PutVector(column, source.Codes(column, vector), source.Side(column, vector));
            }
        }

        if (step.Kind == StepKind.SetVectors)
        {
            PutVectors(step, state);
        }
    }

    private void Edit(in WriteStep step, ReadOnlySpan<byte> payload)
    {
        switch (step.Kind)
        {
            case StepKind.SetPayload when step.Paths is { } paths:
                PayloadEdit.Set(payload, paths[0], Part(step), _edited);
                break;
            case StepKind.SetPayload:
                PayloadEdit.Set(payload, Part(step), _edited);
                break;
            case StepKind.DeletePayload:
                PayloadEdit.DeleteKeys(payload, step.Paths!, _edited);
                break;
            default:
                _edited.Write(Part(step));
                break;
        }
    }

    private bool Drops(in WriteStep step, int column) => step.Kind switch
    {
        StepKind.DeleteVectors => Part(step).Contains((byte)column),
        StepKind.SetVectors => Entries(step).Any(entry => entry.Column == column),
        _ => false,
    };

    private void PutVectors(in WriteStep step, WriteState state)
    {
        foreach (VectorEntry entry in Entries(step))
        {
            ReadOnlySpan<byte> codes = _bytes.WrittenSpan.Slice(
                entry.Start, _options.Vectors[entry.Column].Stride);
            state.PutVector(entry.Column, MemoryMarshal.Cast<byte, sbyte>(codes), entry.Side);
        }
    }

    /// <summary>The vectors of a step in the order of columns, each column's last one.</summary>
    private List<VectorEntry> Entries(in WriteStep step)
    {
        var entries = new List<VectorEntry>(step.VectorCount);
        for (int i = step.VectorStart; i < step.VectorStart + step.VectorCount; i++)
        {
            VectorEntry entry = _vectors[i];
            entries.RemoveAll(other => other.Column == entry.Column);
            entries.Add(entry);
        }

        return entries;
    }

    private void AddEdit(
        StepKind kind, Key key, Filter? filter, ReadOnlySpan<byte> payload, IReadOnlyList<string>? paths)
    {
        PayloadRules.Check(payload);
        foreach (string path in paths ?? [])
        {
            _ = PayloadPath.Parse(path);
        }

        Add(kind, key, filter, payload, paths);
    }

    private void Add(
        StepKind kind, Key key, Filter? filter, ReadOnlySpan<byte> payload, IReadOnlyList<string>? paths)
    {
        RequireRoom(payload.Length);
        _steps.Add(
            new WriteStep(kind, key, Keep(payload), payload.Length, 0, 0) { Filter = filter, Paths = paths });
    }

    private void Quantise(int column, ReadOnlySpan<float> vector)
    {
        int stride = _options.Vectors[column].Stride;
        Span<sbyte> codes = MemoryMarshal.Cast<byte, sbyte>(_bytes.GetSpan(stride)[..stride]);
        QuantizedRow side = RowQuantizer.Quantize(vector, _options.Vectors[column].Metric, codes);
        _vectors.Add(new VectorEntry(column, _bytes.WrittenCount, side));
        _bytes.Advance(stride);
    }

    private ReadOnlySpan<byte> Part(in WriteStep step) => _bytes.WrittenSpan.Slice(step.Start, step.Length);

    private int Keep(ReadOnlySpan<byte> bytes)
    {
        int start = _bytes.WrittenCount;
        _bytes.Write(bytes);
        return start;
    }

    private void RequireRoom(int bytes, int steps = 1)
    {
        if (_steps.Count + steps > IndexLimits.BatchPointsMax || Bytes + bytes > IndexLimits.BatchBytesMax)
        {
            throw new ArgumentException(
                $"The batch has {_steps.Count} changes of {Bytes} bytes and {bytes} are to be added; allowed "
                + $"are {IndexLimits.BatchPointsMax} changes and {IndexLimits.BatchBytesMax} bytes. "
                + "Write it, then start another.");
        }
    }

    private readonly record struct VectorEntry(int Column, int Start, QuantizedRow Side);
}
