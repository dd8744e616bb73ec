using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// Makes a collection of a backup: copies it beside the place where it goes, reads every byte of the copy and
/// replays its logs, and only then moves it there. What a power cut leaves on the way is no collection.
/// </summary>
internal static class Restorer
{
    /// <summary>Ends the name of the folder that is being filled.</summary>
    private const string StagingSuffix = ".restoring";

    internal static RestoreResult Run(string source, string path, RestoreOptions options)
    {
        CheckPlace(path, options.Overwrites);
        string staging = path + StagingSuffix;
        Directory.CreateDirectory(staging);
        using DirectoryLock directoryLock = DirectoryLock.TakeToWrite(staging);
        try
        {
            RemoveOurs(staging);
            long total = RestoreSource.BytesOf(source);
            var pace = new WritePace(
                0, CancellationToken.None, done => options.Progress?.Invoke(Math.Min(done, total), total));
            RestoreSource.CopyTo(source, staging, pace);
            DurableFiles.Disk.FlushDirectory(staging);
            RestoreResult result = Verify(staging);
            Place(staging, path);
            return result;
        }
        catch
        {
            TryRemove(staging);
            throw;
        }
    }

    /// <summary>Refuses a place that holds something else, or a collection that may not go.</summary>
    private static void CheckPlace(string path, bool overwrites)
    {
        if (!Directory.Exists(path))
        {
            return;
        }

        if (Directory.EnumerateFileSystemEntries(path).Select(entry => System.IO.Path.GetFileName(entry))
            .FirstOrDefault(name => !OrphanFiles.IsOurs(name) && name != DirectoryLock.FileName) is { } other)
        {
            throw new IndexFormatException(
                path, null, $"the directory holds other files ({other})", "Choose another name.");
        }

        if (Directory.EnumerateFileSystemEntries(path).Any() && !overwrites)
        {
            throw new IndexFormatException(
                path,
                null,
                Collection.Exists(path)
                    ? "there is a collection here already"
                    : "there is a damaged collection here",
                "Choose another name, or say that it may go.");
        }
    }

    /// <summary>Reads everything, as whoever opens it next would find it.</summary>
    private static RestoreResult Verify(string staging)
    {
        DurableFiles files = DurableFiles.Disk;
        Descriptor descriptor = Descriptor.Read(
            files, System.IO.Path.Combine(staging, Descriptor.FileName + AtomicFile.TemporarySuffix));
        var context = new StoreContext(staging, files, descriptor, CollectionSettings.Default);
        ManifestSlot slot = Manifest.Read(files, context.File(Manifest.FileName), descriptor, out _);
        Checkpoint checkpoint = CheckpointOpener.Open(context, slot);
        try
        {
            Array.ForEach(checkpoint.Views, view => view.Segment.Verify());
            var state = new WriteState(
                context.Options, checkpoint.Views, checkpoint.Fields, checkpoint.Sequence);
            _ = Recovery.Run(context, state, slot);
            return new RestoreResult(state.LiveCount, state.Sequence, RestoreSource.BytesOf(staging));
        }
        finally
        {
            Array.ForEach(checkpoint.Views, view => view.Segment.Release());
        }
    }

    private static void Place(string staging, string path)
    {
        if (Collection.Exists(path))
        {
            Collection.Drop(path);
        }
        else if (Directory.Exists(path))
        {
            RemoveOurs(path);
            File.Delete(System.IO.Path.Combine(path, DirectoryLock.FileName));
            Directory.Delete(path);
        }

        Directory.Move(staging, path);
        DurableFiles.Disk.FlushDirectory(System.IO.Path.GetDirectoryName(path) ?? path);
        string descriptor = System.IO.Path.Combine(path, Descriptor.FileName);
        DurableFiles.Disk.Rename(descriptor + AtomicFile.TemporarySuffix, descriptor);
        DurableFiles.Disk.FlushDirectory(path);
    }

    private static void RemoveOurs(string folder)
    {
        foreach (string path in Directory.GetFiles(folder))
        {
            if (OrphanFiles.IsOurs(System.IO.Path.GetFileName(path)))
            {
                File.Delete(path);
            }
        }
    }

    private static void TryRemove(string staging)
    {
        try
        {
            if (Directory.Exists(staging))
            {
                RemoveOurs(staging);
                File.Delete(System.IO.Path.Combine(staging, DirectoryLock.FileName));
                Directory.Delete(staging);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to report; the next restore goes over it.
        }
    }
}
