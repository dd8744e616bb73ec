using EdgeSim.Index.Storage;
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
    /// <param name="linking">
    /// Told, where rows get graphs, of how many rows of a file how many have been linked.
    /// </param>
    /// <param name="stop">Ends the building of graphs; nothing has happened then.</param>
    /// <exception cref="TransferException">
    /// The file is not as its format says, or has a point that cannot be stored; nothing has happened.
    /// </exception>
    /// <exception cref="IndexStorageException">The disk refuses; nothing has happened.</exception>
    public ImportResult Import(
        PointReader points,
        Action<long>? progress = null,
        Action<long, long>? linking = null,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        const int BlockRows = 4096;
        BulkLoad? started = null;
        using BulkLoad load = started = StartBulkLoad(new BulkLoadOptions
        {
            RowsExpected = points.Count,
            Linking = linking,
            Stop = stop,
            RowsLeft = () => points.EstimateLeft(started?.Count ?? 0),
        });
        while (points.AppendTo(load, BlockRows) > 0)
        {
            progress?.Invoke(load.Count);
        }

        return new ImportResult(load.Count, load.Commit().Sequence);
    }

    /// <summary>
    /// Writes every point to a file, in key order, as the last batch left them; durable under its name when
    /// it returns. A format of vectors gets its keys, and payloads where there are some, in files beside it.
    /// </summary>
    /// <remarks>
    /// What is imported again has the same keys and, from codes that were exact, the same codes. Payloads
    /// come back byte for byte from MessagePack; JSON has neither times nor binary data (see
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

    /// <summary>
    /// Copies the collection as the last batch left it, while reading and writing go on; writing waits some
    /// milliseconds at its begin. Durable when it returns. Also of a collection that can only be read.
    /// </summary>
    /// <param name="target">
    /// A folder that is absent or empty: it becomes a collection that can be opened. Or a name that ends in
    /// <c>.tar</c>: one file, for <see cref="Restore"/>.
    /// </param>
    /// <param name="options">How.</param>
    /// <exception cref="TransferException">There is something at the target already.</exception>
    /// <exception cref="IndexStorageException">A disk refuses; what had been written is removed.</exception>
    public BackupResult Backup(string target, BackupOptions options)
    {
        options.Validate();
        target = System.IO.Path.GetFullPath(target);
        using StoreImage image = _store.TakeImage();
        return Write(image, _store.Context.Files, Path, target, options);
    }

    /// <summary>
    /// The same for a collection that another process has open, without opening or locking it: that process
    /// goes on and notices nothing.
    /// </summary>
    /// <param name="path">The collection.</param>
    /// <param name="target">As with the other.</param>
    /// <param name="options">How.</param>
    /// <exception cref="IndexFormatException">No collection here.</exception>
    /// <exception cref="IndexCorruptException">A file is missing or damaged.</exception>
    /// <exception cref="IndexLockedException">
    /// Its files change faster than they can be looked at, or are of format 1.
    /// </exception>
    /// <exception cref="TransferException">There is something at the target already.</exception>
    /// <exception cref="IndexStorageException">A disk refuses; what had been written is removed.</exception>
    public static BackupResult BackupBeside(string path, string target, BackupOptions options)
    {
        options.Validate();
        path = System.IO.Path.GetFullPath(path);
        target = System.IO.Path.GetFullPath(target);
        RequireCollection(path);
        using StoreImage image = Guard(
            path, "the files could not be read", () => StoreImage.TakeBeside(DurableFiles.Disk, path));
        return Write(image, DurableFiles.Disk, path, target, options);
    }

    /// <summary>
    /// Makes a collection of a backup, or of any collection that is not open: copies it, checks every byte of
    /// the copy, and then moves it to its place. Needs room for both, also where it replaces one. The copy
    /// has the id of the collection that was backed up: do not mix their files.
    /// </summary>
    /// <param name="source">A folder or a tar file that <see cref="Backup"/> wrote.</param>
    /// <param name="path">Where the collection goes.</param>
    /// <param name="options">How.</param>
    /// <exception cref="IndexFormatException">
    /// No backup, or there is something at the place that may not go; nothing has happened.
    /// </exception>
    /// <exception cref="IndexCorruptException">The backup is damaged; nothing has happened.</exception>
    /// <exception cref="IndexLockedException">
    /// Source or place are open in a process; the place is as it was.
    /// </exception>
    /// <exception cref="IndexStorageException">The disk refuses; the place is as it was.</exception>
    public static RestoreResult Restore(string source, string path, RestoreOptions options)
    {
        source = System.IO.Path.GetFullPath(source);
        path = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(source) && !File.Exists(source))
        {
            throw new IndexFormatException(source, null, "there is nothing here", "Correct the path.");
        }

        return Guard(path, "the backup cannot be restored", () => Restorer.Run(source, path, options));
    }

    private static BackupResult Write(
        StoreImage image, DurableFiles files, string path, string target, BackupOptions options)
    {
        var writer = new BackupWriter(files, image, options);
        return Guard(target, "the backup cannot be written", () =>
            target.EndsWith(BackupWriter.TarSuffix, StringComparison.OrdinalIgnoreCase)
                ? writer.ToTar(target, System.IO.Path.GetFileName(path))
                : writer.ToFolder(target));
    }
}
