using EdgeSim.Index.Transfer;

namespace EdgeSim.Index;

public sealed partial class Collection
{
    /// <summary>
    /// Starts to load many points past the log; they become visible and durable together with
    /// <see cref="BulkLoad.Commit"/>.
    /// </summary>
    /// <exception cref="ArgumentException">An option has a value that is not allowed.</exception>
    /// <exception cref="IndexReadOnlyException">See <see cref="IsReadOnly"/>.</exception>
    public BulkLoad StartBulkLoad(BulkLoadOptions options) => new(_store, options);

    /// <inheritdoc cref="StartBulkLoad(BulkLoadOptions)"/>
    public BulkLoad StartBulkLoad() => new(_store, new BulkLoadOptions());

    /// <summary>
    /// Loads every point of a file: all of them become visible and durable together, or none.
    /// </summary>
    /// <param name="points">At its start.</param>
    /// <param name="progress">Told how many points have been read.</param>
    /// <exception cref="TransferException">
    /// The file is not as its format says, or has a point that cannot be stored; nothing has happened.
    /// </exception>
    /// <exception cref="IndexStorageException">The disk refuses; nothing has happened.</exception>
    public ImportResult Import(PointReader points, Action<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(points);
        const int BlockRows = 4096;
        using BulkLoad load = StartBulkLoad(new BulkLoadOptions { RowsExpected = points.Count });
        while (points.AppendTo(load, BlockRows) > 0)
        {
            progress?.Invoke(load.Count);
        }

        return new ImportResult(load.Count, load.Commit().Sequence);
    }

    /// <summary>
    /// Writes every point to a file, in key order, as the last batch left them; durable under its name when it
    /// returns. A format of vectors gets its keys, and payloads where there are some, in files beside it.
    /// </summary>
    /// <remarks>
    /// What is imported again has the same keys and, from codes that were exact, the same codes. Payloads come
    /// back byte for byte from MessagePack; JSON has neither times nor binary data (see
    /// <see cref="Payloads.PayloadJson"/>).
    /// </remarks>
    /// <exception cref="TransferException">
    /// There is a file already, or the format cannot hold these vectors.
    /// </exception>
    /// <exception cref="IndexCorruptException">A block fails its checksum.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public ExportResult Export(string path, PointFormat format, ExportOptions options)
    {
        using CollectionReader reader = Read();
        return Exporter.Run(reader, path, format, options);
    }
}
