namespace EdgeSim.Index.Storage;

/// <summary>The files of a collection as a whole: opened, described without opening, removed.</summary>
internal static class CollectionFiles
{
    /// <summary>
    /// Times that a description starts again because another process has committed and merged files away
    /// while they were looked at; between two commits there are milliseconds.
    /// </summary>
    private const int DescribeAttempts = 5;

    /// <summary>Maps the segments of a commit. The caller releases the snapshot.</summary>
    internal static Snapshot OpenSnapshot(string directory, Descriptor descriptor, in ManifestSlot slot)
    {
        var segments = new List<Segment>();
        try
        {
            for (int i = 0; i < slot.SegmentCount; i++)
            {
                ManifestEntry entry = slot.Segments[i];
                string path = Path.Combine(directory, OrphanFiles.SegmentName(entry.Number));
                Segment segment = SegmentOpener.Open(path, descriptor.Id, descriptor.Options, entry);
                segment.Share();
                segments.Add(segment);
            }

            SegmentView[] views = segments.ConvertAll(segment => new SegmentView(segment)).ToArray();
            for (int newer = 1; newer < views.Length; newer++)
            {
                for (int older = 0; older < newer; older++)
                {
                    views[older] = views[older].Without(new SegmentRows(views[newer]));
                }
            }

            return new Snapshot(descriptor.Options, views, slot.Commit);
        }
        finally
        {
            segments.ForEach(segment => segment.Release());
        }
    }

    /// <summary>What a collection holds, from its two small files and the lengths of the others.</summary>
    internal static CollectionSummary Describe(string directory)
    {
        for (int attempt = 1; ; attempt++)
        {
            Descriptor descriptor = Descriptor.Read(Path.Combine(directory, Descriptor.FileName));
            string manifest = Path.Combine(directory, Manifest.FileName);
            ManifestSlot slot = Manifest.Read(manifest, descriptor, out _);
            try
            {
                long bytes = CheckLengths(directory, slot);
                return new CollectionSummary(
                    descriptor.Options,
                    CountLive(directory, descriptor, slot),
                    checked((int)slot.SegmentCount),
                    bytes);
            }
            catch (IndexCorruptException) when (
                attempt < DescribeAttempts
                && Manifest.Read(manifest, descriptor, out _).Commit != slot.Commit)
            {
                // The files were merged into a newer one meanwhile.
            }
        }
    }

    private static long CheckLengths(string directory, in ManifestSlot slot)
    {
        long bytes = 0;
        for (int i = 0; i < slot.SegmentCount; i++)
        {
            ManifestEntry entry = slot.Segments[i];
            var file = new FileInfo(Path.Combine(directory, OrphanFiles.SegmentName(entry.Number)));
            if (!file.Exists)
            {
                throw new IndexCorruptException(file.FullName, null, "the file is missing");
            }

            if (file.Length != (long)entry.FileBytes)
            {
                throw new IndexCorruptException(
                    file.FullName,
                    null,
                    $"the file has {file.Length} bytes, not the {entry.FileBytes} that were committed");
            }

            bytes += file.Length;
        }

        return bytes;
    }

    private static long CountLive(string directory, Descriptor descriptor, in ManifestSlot slot)
    {
        if (slot.LiveCountAndOne > 0)
        {
            return checked((long)(slot.LiveCountAndOne - 1));
        }

        // Written by an EdgeSim that did not say: the keys have to be compared.
        Snapshot snapshot = OpenSnapshot(directory, descriptor, slot);
        long count = snapshot.LiveCount;
        snapshot.Release();
        return count;
    }

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
