using EdgeSim.Index.Payloads;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index;

public sealed partial class Collection
{
    /// <summary>
    /// Dead part of a file from which <see cref="Compact"/> rewrites it: what is left is below a tenth.
    /// </summary>
    private const double DeadMinCompacted = 0.1;

    /// <summary>An empty batch for this collection.</summary>
    public WriteBatch NewBatch() => new(Options);

    /// <summary>
    /// Does the changes of a batch: all, or none when it throws. When it returns, every reader that comes
    /// sees them, and they are as durable as the receipt says. One write and one flush of the log, which
    /// batches that wait at the same time share; O(changes).
    /// </summary>
    /// <param name="batch">Of this collection's <see cref="NewBatch"/>; unchanged by this.</param>
    /// <exception cref="ArgumentException">
    /// A filter matches too many points, or a payload would become too long.
    /// </exception>
    /// <exception cref="IndexReadOnlyException">See <see cref="IsReadOnly"/>.</exception>
    /// <exception cref="IndexCorruptException">A block that is needed fails its checksum.</exception>
    /// <exception cref="IndexFullException">The collection has as many rows or files as it can.</exception>
    /// <exception cref="IndexStorageException">
    /// The disk refuses. What was acknowledged before is there; the batch may be written again.
    /// </exception>
    public WriteReceipt Write(WriteBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (!batch.IsFor(Options))
        {
            throw new ArgumentException(
                "The batch was made for another collection; use this one's NewBatch.", nameof(batch));
        }

        return _store.Write(batch);
    }

    /// <summary>
    /// A batch of one upsert; see <see cref="WriteBatch.Upsert(Key, ReadOnlySpan{float},
    /// ReadOnlySpan{byte})"/>.
    /// </summary>
    public WriteReceipt Upsert(Key key, ReadOnlySpan<float> vector, ReadOnlySpan<byte> payload = default)
    {
        WriteBatch batch = NewBatch();
        batch.Upsert(key, vector, payload);
        return Write(batch);
    }

    /// <summary>A batch that deletes one point; nothing happens where there is none.</summary>
    public WriteReceipt Delete(Key key)
    {
        WriteBatch batch = NewBatch();
        batch.Delete(key);
        return Write(batch);
    }

    /// <summary>A batch that deletes what a filter matches.</summary>
    public WriteReceipt Delete(Filter filter)
    {
        WriteBatch batch = NewBatch();
        batch.Delete(filter);
        return Write(batch);
    }

    /// <summary>
    /// Declares a payload index: segments made from now on have it, and filters on that field need not read
    /// payloads there. Older segments get it when they are merged; <see cref="Compact"/> with
    /// <paramref name="now"/> does that at once.
    /// </summary>
    public WriteReceipt CreatePayloadIndex(PayloadIndexField field, bool now = false)
    {
        _ = PayloadPath.Parse(field.Path);
        if (field.Kind is < PayloadIndexKind.Keyword or > PayloadIndexKind.Text)
        {
            throw new ArgumentException(
                $"Kind {(int)field.Kind} is no kind of payload index; allowed are Keyword to Text.",
                nameof(field));
        }

        if (PayloadIndexes.Count >= IndexLimits.PayloadIndexesMax
            && PayloadIndexes.All(other => other.Path != field.Path))
        {
            throw new ArgumentException(
                $"There are {PayloadIndexes.Count} payload indexes; allowed are "
                + $"{IndexLimits.PayloadIndexesMax}. Drop one first.",
                nameof(field));
        }

        WriteBatch batch = NewBatch();
        batch.SetField(field.Path, (int)field.Kind);
        WriteReceipt receipt = Write(batch);
        if (now)
        {
            _store.Rewrite();
        }

        return receipt;
    }

    /// <summary>Drops a payload index; segments made from now on do without it.</summary>
    public WriteReceipt DropPayloadIndex(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        WriteBatch batch = NewBatch();
        batch.SetField(path, 0);
        return Write(batch);
    }

    /// <summary>
    /// Returns when all that was acknowledged survives a power cut, whatever the durability.
    /// </summary>
    /// <exception cref="IndexStorageException">The disk refuses; nothing that it had is lost.</exception>
    public void Flush() => _store.Flush();

    /// <summary>
    /// Puts the rows that are in memory into a segment file. Happens by itself when there are enough of them.
    /// </summary>
    /// <exception cref="IndexStorageException">The disk refuses; nothing is lost.</exception>
    public void Seal() => _store.Seal();

    /// <summary>
    /// Seals, then merges small files and rewrites those with dead rows until nothing is worth it. Happens by
    /// itself, more slowly and less thoroughly. Needs free space for the largest file. Readers and writers go
    /// on meanwhile.
    /// </summary>
    /// <param name="progress">Told the bytes written so far.</param>
    /// <exception cref="IndexStorageException">The disk refuses; nothing is lost.</exception>
    public void Compact(Action<long>? progress = null) => _store.Compact(DeadMinCompacted, progress);

    /// <summary>Returns when the sealing and merging that writes made necessary are done.</summary>
    internal void WaitIdle() => _store.WaitIdle();
}
