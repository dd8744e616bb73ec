using System.Formats.Tar;
using EdgeSim.Index.Storage;
using EdgeSim.Index.Storage.Interop;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// Writes an image of a collection: into a folder, which is then a collection, or into one tar file. What
/// makes it a collection comes last, so that what a power cut leaves is none.
/// </summary>
internal sealed class BackupWriter(DurableFiles files, StoreImage image, BackupOptions options)
{
    /// <summary>The end of a name that means a tar file.</summary>
    internal const string TarSuffix = ".tar";

    private const int CopyBytes = 256 << 10;

    private long _done;
    private long _shared;

    private long TotalBytes
        => image.Files.Sum(file => file.Bytes) + image.ManifestBytes.Length + image.DescriptorBytes.Length;

    internal BackupResult ToFolder(string folder)
    {
        folder = System.IO.Path.GetFullPath(folder);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new TransferException(
                folder, null, "the folder is not empty. Choose one that is empty or absent.");
        }

        Directory.CreateDirectory(folder);
        var written = new List<string>();
        try
        {
            WritePace pace = Pace();
            foreach (ImageFile file in image.Files)
            {
                string path = System.IO.Path.Combine(folder, file.Name);
                written.Add(path);
                Copy(file, path, pace);
            }

            files.FlushDirectory(folder);
            string manifest = System.IO.Path.Combine(folder, Manifest.FileName);
            string descriptor = System.IO.Path.Combine(folder, Descriptor.FileName);
            written.AddRange([manifest, descriptor]);
            files.Replace(manifest, image.ManifestBytes);
            files.Replace(descriptor, image.DescriptorBytes);
            files.FlushDirectory(System.IO.Path.GetDirectoryName(folder) ?? folder);
            return Result();
        }
        catch
        {
            written.Reverse();
            written.ForEach(TryDelete);
            throw;
        }
    }

    internal BackupResult ToTar(string path, string name)
    {
        using var file = new TransferFile(path, overwrites: false);
        WritePace pace = Pace();
        using (var tar = new TarWriter(file.Stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (ImageFile part in image.Files.Concat(
                [
                    new ImageFile(Manifest.FileName, image.ManifestBytes),
                    new ImageFile(Descriptor.FileName, image.DescriptorBytes),
                ]))
            {
                using var content = new ImageStream(part, pace);
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"{name}/{part.Name}")
                {
                    DataStream = content,
                });
            }
        }

        long bytes = file.Finish();
        return Result() with { Bytes = bytes, Files = 1 };
    }

    private BackupResult Result()
        => new(image.Points, image.Sequence, image.Files.Count + 2, TotalBytes, _shared);

    private WritePace Pace()
    {
        long total = TotalBytes;
        return new WritePace(
            options.BytesPerSecond,
            CancellationToken.None,
            done => options.Progress?.Invoke(Math.Min(done + _shared, total), total));
    }

    private void Copy(ImageFile from, string path, WritePace pace)
    {
        bool mayShare = options.SharesBytes && from.IsImmutable && from.Handle is not null;
        if (mayShare && Libc.TryLinkFile(from.Handle!, path))
        {
            _shared += from.Bytes;
            return;
        }

        using SafeFileHandle to = files.Create(path);
        if (mayShare && Libc.TryCloneFile(from.Handle!, to))
        {
            _shared += from.Bytes;
            files.Flush(to);
            return;
        }

        var buffer = new byte[(int)Math.Min(CopyBytes, Math.Max(from.Bytes, 1))];
        for (long at = 0; at < from.Bytes;)
        {
            int count = from.Read(buffer, at);
            files.Write(to, buffer.AsSpan(0, count), at);
            at += count;
            pace.Written(count);
            _done += count;
            if (_done >= 32L * CopyBytes)
            {
                files.BeginWriteBack(to);
                _done = 0;
            }
        }

        files.Flush(to);
    }

    private void TryDelete(string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to report.
        }
    }
}
