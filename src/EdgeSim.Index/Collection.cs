using EdgeSim.Index.Payloads;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index;

/// <summary>
/// A small database of points (key, vectors, payload) in a directory: written in batches that happen
/// completely or not at all and survive a power cut once they are acknowledged, searched exactly through
/// memory-mapped files.
/// </summary>
/// <remarks>
/// Threads: everything may be called from any thread at any time. Batches happen one after the other; those
/// that wait for the disk share one flush. Readers take no lock, see whole batches only, and hold no writer
/// up.
/// <see cref="Dispose"/> comes after everything else has returned.
/// <para>
/// A match names a row of the reader that found it: read its payload through that reader.
/// </para>
/// </remarks>
public sealed partial class Collection : IDisposable
{
    private readonly Store _store;

    private Collection(Store store) => _store = store;

    /// <summary>The directory, as an absolute path.</summary>
    public string Path => _store.Context.Path;

    /// <summary>What was fixed when the collection was created.</summary>
    public CollectionOptions Options => _store.Context.Options;

    /// <summary>
    /// Whether the collection was opened for reading because its files cannot be written here; writing then
    /// is an <see cref="IndexReadOnlyException"/>.
    /// </summary>
    public bool IsReadOnly => _store.ReadOnlyReason is not null;

    /// <summary>What opening found in the logs.</summary>
    public RecoveryReport Recovery => _store.Recovery;

    /// <summary>
    /// Why sealing or merging in the background failed when it was tried last; null when it did not. Nothing
    /// is lost by it: it is tried again, and a write that has to wait for it reports it.
    /// </summary>
    public Exception? BackgroundFailure => _store.Failure;

    /// <summary>Points.</summary>
    public long Count
    {
        get
        {
            using CollectionReader reader = Read();
            return reader.Count;
        }
    }

    /// <summary>Bytes of rows in memory, dead ones included; they are in the log too.</summary>
    public long FreshBytes
    {
        get
        {
            using CollectionReader reader = Read();
            return reader.Snapshot.Fresh.Sum(view => view.Rows.Bytes);
        }
    }

    /// <summary>Rows in memory that live.</summary>
    public int FreshCount
    {
        get
        {
            using CollectionReader reader = Read();
            return reader.Snapshot.Fresh.Sum(view => view.LiveCount);
        }
    }

    /// <summary>The segment files, oldest first.</summary>
    public IReadOnlyList<SegmentInfo> Segments
    {
        get
        {
            using CollectionReader reader = Read();
            return Array.ConvertAll(
                reader.Snapshot.Views,
                view => new SegmentInfo(
                    System.IO.Path.GetFileName(view.Segment.Path),
                    view.Segment.RowCount,
                    view.LiveCount,
                    view.Segment.Bytes));
        }
    }

    /// <summary>Bytes of all files.</summary>
    public long Bytes => CollectionFiles.BytesOf(Path);

    /// <summary>The declared payload indexes.</summary>
    public IReadOnlyList<PayloadIndexField> PayloadIndexes
    {
        get
        {
            using CollectionReader reader = Read();
            return reader.Snapshot.Fields;
        }
    }

    /// <summary>Whether a collection is in this directory. Does not open or check it.</summary>
    public static bool Exists(string path) => File.Exists(System.IO.Path.Combine(path, Descriptor.FileName));

    /// <summary>
    /// The names of the collections in a folder, in ordinal order; none where it is absent.
    /// </summary>
    public static IReadOnlyList<string> List(string folder)
        => Directory.Exists(folder)
            ? [.. Directory.EnumerateDirectories(folder)
                .Where(Exists)
                .Select(path => System.IO.Path.GetFileName(path))
                .Order(StringComparer.Ordinal)]
            : [];

    /// <summary>
    /// What a collection holds, without opening or locking it: another process may have it open, and even be
    /// writing. Reads the manifest, the lengths of the files, and the logs; what is in the segments is not
    /// checked.
    /// </summary>
    /// <exception cref="IndexFormatException">No collection here, or one of a newer version.</exception>
    /// <exception cref="IndexCorruptException">A file is missing, short or damaged.</exception>
    /// <exception cref="IndexStorageException">The disk refuses.</exception>
    public static CollectionSummary Describe(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        RequireCollection(path);
        return Guard(path, "the collection cannot be read", () => CollectionFiles.Describe(path));
    }

    /// <summary>Makes an empty collection and opens it. Durable when it returns.</summary>
    /// <param name="path">A directory that is absent, empty, or left by a creation that was cut off.</param>
    /// <param name="options">What the collection is for ever.</param>
    /// <param name="settings">How it behaves while it is open.</param>
    /// <exception cref="ArgumentException">An option has a value that is not allowed.</exception>
    /// <exception cref="IndexFormatException">There is a collection already, or other files.</exception>
    /// <exception cref="IndexLockedException">Another process is creating it.</exception>
    /// <exception cref="IndexStorageException">The disk refuses.</exception>
    public static Collection Create(
        string path, CollectionOptions options, CollectionSettings? settings = null)
        => Create(path, options, settings, DurableFiles.Disk);

    /// <summary>
    /// Opens a collection, checks its files as far as FORMAT.md says, reads the logs back, and removes what
    /// an interrupted write left. Where the disk or the directory cannot be written it is opened for reading,
    /// together with other readers. Reads the manifest, each segment's header and 4 bytes per 64 KiB, the
    /// list of dead rows, and the logs: at most some <see cref="CollectionSettings.SealBytes"/>.
    /// </summary>
    /// <exception cref="IndexFormatException">No collection here, or one of a newer version.</exception>
    /// <exception cref="IndexCorruptException">A file is missing, short or damaged.</exception>
    /// <exception cref="IndexLockedException">It is open already, here or in another process.</exception>
    /// <exception cref="IndexStorageException">The disk refuses.</exception>
    public static Collection Open(string path, CollectionSettings? settings = null)
        => Open(path, settings, DurableFiles.Disk);

    /// <summary>
    /// Removes a collection's files; its directory goes too, unless it holds files that are not ours.
    /// </summary>
    /// <exception cref="IndexFormatException">No collection here.</exception>
    /// <exception cref="IndexLockedException">It is open.</exception>
    /// <exception cref="IndexReadOnlyException">The directory can only be read.</exception>
    /// <exception cref="IndexStorageException">The disk refuses; what is left is no collection.</exception>
    public static void Drop(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        RequireCollection(path);
        _ = Guard(path, "the collection cannot be removed", () =>
        {
            using DirectoryLock directoryLock = DirectoryLock.Take(path);
            if (directoryLock.ReadOnlyReason is { } reason)
            {
                throw new IndexReadOnlyException(path, reason);
            }

            CollectionFiles.Remove(DurableFiles.Disk, path);
            return true;
        });
    }

    /// <summary>
    /// Everything as the last batch left it, for as long as the reader lives. O(1), no allocation.
    /// </summary>
    public CollectionReader Read() => new(_store.Snapshots.Share());

    /// <summary>
    /// Makes what was acknowledged durable, closes the files and gives the lock back. Waits for work in the
    /// background; a merge is given up, and done by whoever opens next.
    /// </summary>
    /// <exception cref="IndexStorageException">
    /// The disk refuses what had been acknowledged with less than <see cref="Durability.Always"/>; the files
    /// are closed all the same.
    /// </exception>
    public void Dispose() => _store.Dispose();

    internal static Collection Create(
        string path, CollectionOptions options, CollectionSettings? settings, DurableFiles files)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        settings ??= CollectionSettings.Default;
        settings.Validate();
        path = System.IO.Path.GetFullPath(path);
        return Guard(path, "the collection cannot be created", () =>
        {
            Directory.CreateDirectory(path);
            DirectoryLock directoryLock = DirectoryLock.TakeToWrite(path);
            try
            {
                CheckEmpty(path);
                return CreateLocked(path, directoryLock, options, settings, files);
            }
            catch
            {
                directoryLock.Dispose();
                throw;
            }
        });
    }

    internal static Collection Open(string path, CollectionSettings? settings, DurableFiles files)
    {
        settings ??= CollectionSettings.Default;
        settings.Validate();
        path = System.IO.Path.GetFullPath(path);
        RequireCollection(path);
        return Guard(path, "the collection cannot be opened", () =>
        {
            DirectoryLock directoryLock = DirectoryLock.Take(path);
            try
            {
                return OpenLocked(path, directoryLock, settings, files);
            }
            catch
            {
                directoryLock.Dispose();
                throw;
            }
        });
    }

    private static Collection CreateLocked(
        string path,
        DirectoryLock directoryLock,
        CollectionOptions options,
        CollectionSettings settings,
        DurableFiles files)
    {
        try
        {
            CollectionFiles.Create(files, path, options);
            return OpenLocked(path, directoryLock, settings, files);
        }
        catch
        {
            TryRemove(path, files);
            throw;
        }
    }

    /// <summary>
    /// Leaves no half of a collection behind, as far as the disk still lets us; what stays is no collection
    /// to anyone, and creating it again goes over it.
    /// </summary>
    private static void TryRemove(string path, DurableFiles files)
    {
        try
        {
            CollectionFiles.Remove(files, path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to report.
        }
    }

    private static Collection OpenLocked(
        string path, DirectoryLock directoryLock, CollectionSettings settings, DurableFiles files)
    {
        Descriptor descriptor = Descriptor.Read(files, System.IO.Path.Combine(path, Descriptor.FileName));
        var context = new StoreContext(path, files, descriptor, settings);
        return new Collection(Store.Open(directoryLock, context));
    }

    private static void RequireCollection(string path)
    {
        if (!Exists(path))
        {
            throw new IndexFormatException(
                path,
                null,
                $"there is no collection here ({Descriptor.FileName} is missing)",
                "Create it, or correct the path.");
        }
    }

    private static void CheckEmpty(string path)
    {
        if (Exists(path))
        {
            throw new IndexFormatException(
                path, null, "there is a collection here already", "Open it, or choose another path.");
        }

        foreach (string file in Directory.GetFileSystemEntries(path))
        {
            string name = System.IO.Path.GetFileName(file);
            if (name is not (DirectoryLock.FileName or Manifest.FileName)
                && !name.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal))
            {
                throw new IndexFormatException(
                    path,
                    null,
                    $"the directory holds other files ({name})",
                    "Choose an empty or a new directory.");
            }
        }
    }

    /// <summary>Runs a step and gives what the disk throws a path and a cure.</summary>
    private static T Guard<T>(string path, string what, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new IndexStorageException(path, $"{what}: {refused.Message}", refused);
        }
    }
}
