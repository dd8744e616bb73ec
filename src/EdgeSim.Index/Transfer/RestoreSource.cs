using System.Formats.Tar;
using EdgeSim.Index.Storage;

namespace EdgeSim.Index.Transfer;

/// <summary>The files of a backup, in a folder or a tar file, one after the other.</summary>
internal static class RestoreSource
{
    private const int CopyBytes = 256 << 10;

    /// <summary>Bytes that copying may take; for progress.</summary>
    internal static long BytesOf(string source) => Directory.Exists(source)
        ? new DirectoryInfo(source).EnumerateFiles().Sum(file => file.Length)
        : new FileInfo(source).Length;

    /// <summary>
    /// Copies the files, each durable; the one that makes a collection of them as temporary.
    /// </summary>
    /// <exception cref="IndexFormatException">It is no backup.</exception>
    internal static void CopyTo(string source, string folder, WritePace pace)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (Directory.Exists(source))
        {
            if (!Collection.Exists(source))
            {
                throw NoBackup(source, $"{Descriptor.FileName} is not in it");
            }

            // Nobody may write it meanwhile.
            using DirectoryLock directoryLock = DirectoryLock.Take(source);
            foreach (
                string path in Directory.GetFiles(source).Where(path => IsNeeded(Path.GetFileName(path))))
            {
                using var content = new FileStream(
                    path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
                Copy(content, Path.GetFileName(path), folder, pace, names);
            }
        }
        else
        {
            CopyTar(source, folder, pace, names);
        }

        foreach (string name in (string[])[Descriptor.FileName, Manifest.FileName])
        {
            if (!names.Contains(name))
            {
                throw NoBackup(source, $"{name} is not in it");
            }
        }
    }

    private static void CopyTar(string source, string folder, WritePace pace, HashSet<string> names)
    {
        using var stream = new FileStream(
            source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, CopyBytes);
        try
        {
            using var tar = new TarReader(stream);
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
                {
                    continue;
                }

                // The last part alone: no name in it leads out of the folder.
                string name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                    || (!IsNeeded(name) && name != DirectoryLock.FileName))
                {
                    throw NoBackup(source, $"it holds '{entry.Name}', which is no part of a collection");
                }

                if (name != DirectoryLock.FileName)
                {
                    Copy(entry.DataStream ?? Stream.Null, name, folder, pace, names);
                }
            }
        }
        catch (Exception bad) when (
            bad is InvalidDataException or FormatException or EndOfStreamException or NotSupportedException
            or ArgumentException)
        {
            throw NoBackup(source, $"it is no tar file, or damaged ({bad.Message.TrimEnd('.')})");
        }
    }

    private static void Copy(
        Stream from, string name, string folder, WritePace pace, HashSet<string> names)
    {
        if (!names.Add(name))
        {
            throw NoBackup(folder, $"it holds {name} twice");
        }

        string path = Path.Combine(folder, name);
        path += name == Descriptor.FileName ? AtomicFile.TemporarySuffix : "";
        using var to = DurableFiles.Disk.Create(path);
        var buffer = new byte[CopyBytes];
        long at = 0;
        int count;
        while ((count = from.Read(buffer, 0, buffer.Length)) > 0)
        {
            DurableFiles.Disk.Write(to, buffer.AsSpan(0, count), at);
            at += count;
            pace.Written(count);
        }

        DurableFiles.Disk.Flush(to);
    }

    /// <summary>What a backup consists of: no halves, and no notes of a repair or a merge.</summary>
    private static bool IsNeeded(string name)
        => name is Descriptor.FileName or Manifest.FileName
            || OrphanFiles.TryNumber(name, OrphanFiles.Prefix, out _)
            || OrphanFiles.TryNumber(name, StateFile.Prefix, out _)
            || OrphanFiles.TryNumber(name, LogFiles.Prefix, out _);

    private static IndexFormatException NoBackup(string source, string reason)
        => new(
            source, null, $"this is no backup of a collection: {reason}", "Choose another file or folder.");
}
