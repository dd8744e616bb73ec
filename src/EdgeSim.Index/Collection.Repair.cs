using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Salvage;

namespace EdgeSim.Index;

public sealed partial class Collection
{
    /// <summary>
    /// Reads every byte of a collection that is not open, changes nothing, and says everything that is not as
    /// it was written: checksums, structure, and whether the parts fit together. A collection that will not
    /// open can be verified too. Takes the lock as <see cref="Open(string, CollectionSettings)"/> does, so
    /// that nobody writes meanwhile. Memory: the logs, and about a byte a row of one segment.
    /// </summary>
    /// <param name="path">The collection's directory.</param>
    /// <param name="progress">Told how far it has come.</param>
    /// <exception cref="IndexFormatException">No collection here.</exception>
    /// <exception cref="IndexLockedException">
    /// It is open; the process that has it can verify it with <see cref="Verify(Action{VerifyProgress})"/>.
    /// </exception>
    /// <exception cref="IndexStorageException">The disk refuses the directory itself.</exception>
    public static VerifyReport Verify(string path, Action<VerifyProgress>? progress)
    {
        path = System.IO.Path.GetFullPath(path);
        RequireRemains(path);
        return Guard(path, "the collection cannot be verified", () =>
        {
            using DirectoryLock directoryLock = DirectoryLock.Take(path);
            return Verifier.Run(path, progress);
        });
    }

    /// <summary>
    /// Verifies the points of this open collection as the last batch left them, while reading and writing go
    /// on: every block of their segments and all that follows from it. Manifest and logs are not read; they
    /// are being written.
    /// </summary>
    /// <param name="progress">Told how far it has come.</param>
    public VerifyReport Verify(Action<VerifyProgress>? progress = null)
    {
        using CollectionReader reader = Read();
        Snapshot snapshot = reader.Snapshot;
        return Verifier.Run(_store.Context, snapshot, progress);
    }

    /// <summary>
    /// Makes a damaged collection whole again, without what cannot be read: keeps every point whose checksums
    /// hold and every whole batch of the logs, makes everything anew that follows from them, and says exactly
    /// what is lost. A sound collection is left as it is.
    /// </summary>
    /// <remarks>
    /// No file is deleted or changed: what is replaced or damaged is set aside, with the report as
    /// <c>report.txt</c>. After a power cut at any moment the collection is as before or repaired, and
    /// repairing it again works. Needs free space for the segments that are damaged, and for what the logs
    /// hold. Memory: the logs, 12 MiB of their rows, and of one damaged segment at most 6 bytes a row.
    /// <para>
    /// A point without its key or its payload is lost as a whole; one that lost a vector stays without it,
    /// which is reported. Batches behind a gap in a log are applied, because each says what became of its
    /// keys last. With the manifest gone, of two rows of a key the one in the later file counts, and
    /// deletions can come back where nothing says any more that they had happened: the report says so.
    /// </para>
    /// </remarks>
    /// <param name="path">The collection's directory.</param>
    /// <param name="asideFolder">
    /// Where the folder <c>repair-(time)</c> with what is set aside is made, on the same disk; null: in the
    /// collection's directory.
    /// </param>
    /// <param name="progress">Told how far it has come.</param>
    /// <exception cref="IndexFormatException">No collection here, or files of a newer version.</exception>
    /// <exception cref="IndexCorruptException">
    /// <c>collection.json</c> is gone and what it said cannot be found out; the message says what to do.
    /// </exception>
    /// <exception cref="IndexLockedException">It is open.</exception>
    /// <exception cref="IndexReadOnlyException">The directory can only be read.</exception>
    /// <exception cref="IndexStorageException">The disk refuses; the collection is as it was.</exception>
    public static RepairReport Repair(
        string path, string? asideFolder = null, Action<VerifyProgress>? progress = null)
        => Repair(path, asideFolder, progress, DurableFiles.Disk);

    /// <summary>
    /// The names of <see cref="List"/>, and of collections that have lost their <c>collection.json</c>. What
    /// a <see cref="Drop"/> that was cut off left is none.
    /// </summary>
    public static IReadOnlyList<string> ListWithDamaged(string folder)
        => Directory.Exists(folder)
            ? [.. Directory.EnumerateDirectories(folder)
                .Where(path => Exists(path) || (
                    HasRemains(path) && File.Exists(System.IO.Path.Combine(path, Manifest.FileName))))
                .Select(path => System.IO.Path.GetFileName(path))
                .Order(StringComparer.Ordinal)]
            : [];

    /// <summary>
    /// Whether there is something in a directory that can be verified and perhaps repaired: a collection, or
    /// the files of one that has lost its <c>collection.json</c> and that <see cref="Exists"/> therefore
    /// denies.
    /// </summary>
    public static bool HasRemains(string path)
        => Exists(path) || (Directory.Exists(path) && DirectoryFiles.List(path).HasData);

    internal static RepairReport Repair(
        string path, string? asideFolder, Action<VerifyProgress>? progress, DurableFiles files)
    {
        path = System.IO.Path.GetFullPath(path);
        RequireRemains(path);
        return Guard(path, "the collection cannot be repaired", () =>
        {
            using DirectoryLock directoryLock = DirectoryLock.Take(path);
            return directoryLock.ReadOnlyReason is { } reason
                ? throw new IndexReadOnlyException(path, reason)
                : Repairer.Run(files, path, asideFolder, progress);
        });
    }

    /// <summary>Refuses a directory in which there is nothing that a collection could be made of.</summary>
    private static void RequireRemains(string path)
    {
        if (!HasRemains(path))
        {
            RequireCollection(path);
        }
    }
}
