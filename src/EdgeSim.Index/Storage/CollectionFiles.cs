using System.Security.Cryptography;
using EdgeSim.Index.Storage.Interop;

namespace EdgeSim.Index.Storage;

/// <summary>The files of a collection as a whole: opened, described without opening, removed.</summary>
internal static class CollectionFiles
{
    /// <summary>
    /// Times that a description starts again because another process has committed and merged files away
    /// while they were looked at; between two commits there are milliseconds.
    /// </summary>
    private const int DescribeAttempts = 5;

    /// <summary>
    /// Makes the two small files of an empty collection, the one that makes it a collection last.
    /// </summary>
    internal static void Create(DurableFiles files, string directory, CollectionOptions options)
    {
        ulong id = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        byte[] descriptor = Descriptor.Serialize(id, options);

        // The descriptor of a creation that failed has been removed, but for good only when this returns.
        files.FlushDirectory(directory);
        files.Replace(
            Path.Combine(directory, Manifest.FileName), Manifest.New(id, Crc32C.Of(descriptor)));
        files.Replace(Path.Combine(directory, Descriptor.FileName), descriptor);
        files.FlushDirectory(Path.GetDirectoryName(directory) ?? directory);
    }

    /// <summary>
    /// Makes the names of a collection's files durable, and its own as far as we may read the folder above.
    /// </summary>
    internal static void FlushNames(DurableFiles files, string directory)
    {
        files.FlushDirectory(directory);
        try
        {
            files.FlushDirectory(Path.GetDirectoryName(directory) ?? directory);
        }
        catch (IOException refused) when (Libc.IsWritingRefused(refused))
        {
            // Whoever may not even read that folder has not made this one in it.
        }
    }

    /// <summary>
    /// What a collection holds, from its small files, its logs and the lengths of the others.
    /// </summary>
    internal static CollectionSummary Describe(string directory)
    {
        for (int attempt = 1; ; attempt++)
        {
            Descriptor descriptor = Descriptor.Read(
                DurableFiles.Disk, Path.Combine(directory, Descriptor.FileName));
            string manifest = Path.Combine(directory, Manifest.FileName);
            ManifestSlot slot = Manifest.Read(DurableFiles.Disk, manifest, descriptor, out _);
            try
            {
                CheckLengths(directory, slot);
                long count = CountLogged(directory, descriptor, slot)
                    ?? CountLive(directory, descriptor, slot);
                if (attempt == DescribeAttempts || IsNewest(slot))
                {
                    return new CollectionSummary(
                        descriptor.Options, count, checked((int)slot.SegmentCount), BytesOf(directory));
                }

                // The logs that were read may begin behind a newer checkpoint.
            }
            catch (IndexCorruptException) when (attempt < DescribeAttempts && !IsNewest(slot))
            {
                // The files were merged into a newer one meanwhile.
            }

            bool IsNewest(in ManifestSlot read)
                => Manifest.Read(DurableFiles.Disk, manifest, descriptor, out _).Commit == read.Commit;
        }
    }

    /// <summary>
    /// Bytes of all files of a collection. One that is removed meanwhile counts nothing: its length is of the
    /// look that said that it is there.
    /// </summary>
    internal static long BytesOf(string directory)
        => new DirectoryInfo(directory).EnumerateFiles()
            .Where(file => OrphanFiles.IsOurs(file.Name))
            .Sum(file => file.Exists ? file.Length : 0);

    private static void CheckLengths(string directory, in ManifestSlot slot)
    {
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
        }
    }

    private static long CountLive(string directory, Descriptor descriptor, in ManifestSlot slot)
    {
        if (slot.LiveCountAndOne > 0)
        {
            return checked((long)(slot.LiveCountAndOne - 1));
        }

        // Written by an EdgeSim that did not say: the keys have to be compared.
        var store = new StoreContext(directory, DurableFiles.Disk, descriptor, CollectionSettings.Default);
        SegmentView[] views = CheckpointOpener.Open(store, slot).Views;
        long count = views.Sum(view => (long)view.LiveCount);
        Array.ForEach(views, view => view.Segment.Release());
        return count;
    }

    /// <summary>Points after the last batch in the logs; null when they have none that counts.</summary>
    /// <exception cref="IndexCorruptException">They end before a batch that was durable.</exception>
    private static long? CountLogged(string directory, Descriptor descriptor, in ManifestSlot slot)
    {
        var counts = new List<(ulong Sequence, long Count)>();
        foreach (uint number in LogFiles.List(directory))
        {
            if (number < slot.LogNumber)
            {
                continue;
            }

            string path = Path.Combine(directory, LogFiles.Name(number));
            LogReader log = LogReader.Open(DurableFiles.Disk, path, number, descriptor.Id);
            if (log.Header is not { } start)
            {
                continue;
            }

            // Records of earlier logs do not count from where a later one begins, nor those behind a gap.
            counts.RemoveAll(record => record.Sequence >= start.FirstSequence);
            if (start.FirstSequence > Math.Max(counts.LastOrDefault().Sequence, slot.Sequence) + 1)
            {
                continue;
            }

            while (log.TryRead(out LogRecordHeader header, out _))
            {
                counts.Add((header.Sequence, checked((long)header.LiveCount)));
            }
        }

        (ulong last, long count) = counts.LastOrDefault();
        return Math.Max(last, slot.Sequence) >= slot.Durable
            ? (last > slot.Sequence ? count : null)
            : throw new IndexCorruptException(
                directory,
                null,
                $"the logs end with batch {last}, and batch {slot.Durable} had been durable");
    }

    /// <summary>
    /// Removes a collection's files, the one that makes it a collection first, then its directory if nothing
    /// else is in it. The caller holds the lock. After a power cut it is whole, or no collection any more.
    /// </summary>
    internal static void Remove(DurableFiles files, string directory)
    {
        files.Delete(Path.Combine(directory, Descriptor.FileName));
        files.FlushDirectory(directory);
        files.Delete(Path.Combine(directory, Manifest.FileName));
        foreach (string path in Directory.GetFiles(directory))
        {
            string name = Path.GetFileName(path);
            if (OrphanFiles.IsOurs(name))
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
