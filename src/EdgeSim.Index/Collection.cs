using System.Security.Cryptography;
using EdgeSim.Index.Kernels;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index;

/// <summary>
/// Vectors of one space with their keys and payloads, in a directory: added in memory, made durable by a
/// commit, searched exactly through memory-mapped files.
/// </summary>
/// <remarks>
/// Threads: searches and reads may run at the same time as each other and as <see cref="Add"/> and
/// <see cref="Commit"/>; they see the newest commit. <see cref="Add"/> and <see cref="Commit"/> wait for one
/// another. <see cref="Dispose"/> comes after everything else has returned.
/// <para>
/// A match names a row of the commit it was found in. A later commit may move the row; reading it then is a
/// clear error, unless a <see cref="Pin"/> taken before the search still lives.
/// </para>
/// </remarks>
public sealed partial class Collection : IDisposable
{
    private readonly DirectoryLock _lock;
    private readonly DurableFiles _files;
    private readonly Descriptor _descriptor;
    private readonly VectorKernels _kernels = VectorKernels.Best;
    private readonly Lock _writing = new();
    private readonly Lock _publishing = new();
    private readonly List<Snapshot> _pinned = [];
    private Snapshot? _newest;
    private FreshRows _fresh;
    private uint _nextNumber;

    private Collection(
        string path,
        DirectoryLock directoryLock,
        DurableFiles files,
        Descriptor descriptor,
        Snapshot newest,
        uint nextNumber)
    {
        Path = path;
        _lock = directoryLock;
        _files = files;
        _descriptor = descriptor;
        _newest = newest;
        _nextNumber = nextNumber;
        _fresh = new FreshRows(newest.Stride);
    }

    /// <summary>The directory, as an absolute path.</summary>
    public string Path { get; }

    /// <summary>What was fixed when the collection was created.</summary>
    public CollectionOptions Options => _descriptor.Options;

    /// <summary>
    /// Whether the collection was opened for reading because its files cannot be written here; adding then
    /// is an <see cref="IndexReadOnlyException"/>.
    /// </summary>
    public bool IsReadOnly => _lock.ReadOnlyReason is not null;

    /// <summary>Committed rows that no newer row of the same key has replaced.</summary>
    public long Count => Newest.LiveCount;

    /// <summary>Rows added and not yet committed, each key once.</summary>
    public int FreshCount
    {
        get
        {
            lock (_writing)
            {
                return _fresh.LiveCount;
            }
        }
    }

    /// <summary>The committed segment files, oldest first.</summary>
    public IReadOnlyList<SegmentInfo> Segments
        => Array.ConvertAll(
            Newest.Views,
            view => new SegmentInfo(
                System.IO.Path.GetFileName(view.Segment.Path),
                view.Segment.RowCount,
                view.LiveCount,
                view.Segment.Bytes));

    /// <summary>Bytes of the committed segment files.</summary>
    public long Bytes => Newest.Bytes;

    private Snapshot Newest
        => Volatile.Read(ref _newest) ?? throw new ObjectDisposedException(nameof(Collection));

    /// <summary>Whether a collection is in this directory. Does not open or check it.</summary>
    public static bool Exists(string path) => File.Exists(System.IO.Path.Combine(path, Descriptor.FileName));

    /// <summary>
    /// What a collection holds, without opening or locking it: another process may have it open, and even be
    /// committing. Reads 12 KiB and the lengths of the files; what is in the segments is not checked.
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
    /// <exception cref="ArgumentException">An option has a value that is not allowed.</exception>
    /// <exception cref="IndexFormatException">There is a collection already, or other files.</exception>
    /// <exception cref="IndexLockedException">Another process is creating it.</exception>
    /// <exception cref="IndexStorageException">The disk refuses.</exception>
    public static Collection Create(string path, CollectionOptions options)
        => Create(path, options, DurableFiles.Disk);

    /// <summary>
    /// Opens a collection, checks its files as far as FORMAT.md says, and removes what an interrupted commit
    /// left. Where the disk or the directory cannot be written it is opened for reading, together with other
    /// readers. Reads 12 KiB, each segment's header and 4 bytes per 64 KiB; the keys of a segment only where
    /// key ranges overlap.
    /// </summary>
    /// <exception cref="IndexFormatException">No collection here, or one of a newer version.</exception>
    /// <exception cref="IndexCorruptException">A file is missing, short or damaged.</exception>
    /// <exception cref="IndexLockedException">It is open already, here or in another process.</exception>
    /// <exception cref="IndexStorageException">The disk refuses.</exception>
    public static Collection Open(string path) => Open(path, DurableFiles.Disk);

    internal static Collection Create(string path, CollectionOptions options, DurableFiles files)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        path = System.IO.Path.GetFullPath(path);
        return Guard(path, "the collection cannot be created", () =>
        {
            Directory.CreateDirectory(path);
            DirectoryLock directoryLock = DirectoryLock.TakeToWrite(path);
            try
            {
                CheckEmpty(path);
                return CreateLocked(path, directoryLock, options, files);
            }
            catch
            {
                directoryLock.Dispose();
                throw;
            }
        });
    }

    internal static Collection Open(string path, DurableFiles files)
    {
        path = System.IO.Path.GetFullPath(path);
        RequireCollection(path);
        return Guard(path, "the collection cannot be opened", () =>
        {
            DirectoryLock directoryLock = DirectoryLock.Take(path);
            try
            {
                return OpenLocked(path, directoryLock, files);
            }
            catch
            {
                directoryLock.Dispose();
                throw;
            }
        });
    }

    /// <summary>Closes the files and gives the lock back. Rows that were not committed are gone.</summary>
    public void Dispose()
    {
        lock (_writing)
        {
            Snapshot? newest = Interlocked.Exchange(ref _newest, null);
            if (newest is not null)
            {
                newest.Release();
                _lock.Dispose();
            }
        }
    }

    private static Collection CreateLocked(
        string path, DirectoryLock directoryLock, CollectionOptions options, DurableFiles files)
    {
        try
        {
            ulong id = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
            byte[] descriptor = Descriptor.Serialize(id, options);
            files.Replace(
                System.IO.Path.Combine(path, Manifest.FileName), Manifest.New(id, Crc32C.Of(descriptor)));
            files.Replace(System.IO.Path.Combine(path, Descriptor.FileName), descriptor);
            files.FlushDirectory(System.IO.Path.GetDirectoryName(path) ?? path);
            return OpenLocked(path, directoryLock, files);
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

    private static Collection OpenLocked(string path, DirectoryLock directoryLock, DurableFiles files)
    {
        Descriptor descriptor = Descriptor.Read(System.IO.Path.Combine(path, Descriptor.FileName));
        string manifest = System.IO.Path.Combine(path, Manifest.FileName);
        ManifestSlot slot = Manifest.Read(manifest, descriptor, out bool isDamaged);
        Snapshot snapshot = CollectionFiles.OpenSnapshot(path, descriptor, slot);
        try
        {
            uint highest = directoryLock.ReadOnlyReason is null
                ? OrphanFiles.Remove(files, path, slot, isDamaged)
                : 0;
            return new Collection(
                path, directoryLock, files, descriptor, snapshot, Math.Max(slot.NextNumber, highest + 1));
        }
        catch
        {
            snapshot.Release();
            throw;
        }
    }

    private void RequireWritable()
    {
        if (_lock.ReadOnlyReason is { } reason)
        {
            throw new IndexReadOnlyException(Path, reason);
        }
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

    private static void Guard(string path, string what, Action step) => Guard(path, what, () =>
    {
        step();
        return true;
    });
}
