namespace EdgeSim.Index.Storage;

/// <summary>The removal of a collection from the disk.</summary>
internal static class CollectionFiles
{
    /// <summary>
    /// Removes a collection's files, the one that makes it a collection first, then its directory if nothing
    /// else is in it. The caller holds the lock.
    /// </summary>
    internal static void Remove(DurableFiles files, string directory)
    {
        files.Delete(Path.Combine(directory, Descriptor.FileName));
        files.Delete(Path.Combine(directory, Manifest.FileName));
        foreach (string path in Directory.GetFiles(directory))
        {
            string name = Path.GetFileName(path);
            if (OrphanFiles.IsSegment(name)
                || name.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal))
            {
                files.Delete(path);
            }
        }

        files.Delete(Path.Combine(directory, DirectoryLock.FileName));
        if (!Directory.EnumerateFileSystemEntries(directory).Any())
        {
            Directory.Delete(directory);
        }
    }
}
