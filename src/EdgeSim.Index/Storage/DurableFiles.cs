using EdgeSim.Index.Storage.Interop;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The steps that change the disk, and nothing else. Every write of the index goes through here, so that a
/// test can stop the world after any step and look at what is left.
/// </summary>
internal class DurableFiles
{
    /// <summary>The real disk.</summary>
    internal static DurableFiles Disk { get; } = new();

    /// <summary>Makes an empty file for writing, over one that a dead process left under that name.</summary>
    internal virtual SafeFileHandle Create(string path)
        => File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Opens an existing file for writing in place.</summary>
    internal virtual SafeFileHandle Open(string path)
        => File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Writes all bytes at an offset.</summary>
    internal virtual void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
        => RandomAccess.Write(file, bytes, offset);

    /// <summary>
    /// Returns when the file's bytes are on the disk (fsync). Not by <see cref="RandomAccess.FlushToDisk"/>,
    /// which reports no failure: .NET 10.0's native half returns 1 instead of -1 for every one of them, and
    /// its managed half passes over a disk that the system made read-only after an error.
    /// </summary>
    internal virtual void Flush(SafeFileHandle file) => Libc.FSyncFile(file);

    /// <summary>
    /// Returns when the file's bytes and its length are on the disk, times and rights perhaps not
    /// (fdatasync).
    /// </summary>
    internal virtual void FlushData(SafeFileHandle file) => Libc.FDataSync(file);

    /// <summary>
    /// Asks the disk to begin with what has been written to a file, so that the flush that comes has less to
    /// wait for. Promises nothing, so nothing of it is a step.
    /// </summary>
    internal virtual void BeginWriteBack(SafeFileHandle file) => Libc.SyncFileRange(file);

    /// <summary>Reads a whole file into memory.</summary>
    /// <exception cref="IndexCorruptException">Missing, or longer than allowed.</exception>
    internal virtual byte[] Read(string path, long bytesMax)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long length = RandomAccess.GetLength(file);
            if (length > bytesMax)
            {
                throw new IndexCorruptException(
                    path, null, $"the file has {length} bytes; at most {bytesMax} are written");
            }

            byte[] bytes = new byte[length];
            int count = 0;
            int read;
            do
            {
                read = RandomAccess.Read(file, bytes.AsSpan(count), count);
                count += read;
            }
            while (read > 0 && count < bytes.Length);
            return count == bytes.Length ? bytes : bytes[..count];
        }
        catch (FileNotFoundException missing)
        {
            throw new IndexCorruptException(path, null, "the file is missing", missing);
        }
    }

    /// <summary>Maps a file for reading; see <see cref="MappedFile.TryOpen"/>.</summary>
    internal virtual MappedFile? Map(string path, long bytesMin, out long bytes)
        => MappedFile.TryOpen(path, bytesMin, out bytes);

    /// <summary>Cuts a file, or lengthens it with zeros. Never on a file that may be mapped.</summary>
    internal virtual void SetLength(SafeFileHandle file, long bytes) => RandomAccess.SetLength(file, bytes);

    /// <summary>
    /// Lengthens a file with zeros that have their place on the disk already, so that writing there and
    /// flushing changes no metadata. False where that cannot be done; nothing needs it.
    /// </summary>
    internal virtual bool TryReserve(SafeFileHandle file, long bytes) => Libc.TryAllocate(file, bytes);

    /// <summary>Gives a file its final name, atomically, over one that has it.</summary>
    internal virtual void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Returns when the directory's names are on the disk.</summary>
    internal virtual void FlushDirectory(string path) => Libc.FSyncDirectory(path);

    /// <summary>Removes a file; absent is fine.</summary>
    internal virtual void Delete(string path) => File.Delete(path);

    /// <summary>A whole file at once: temporary name, write, fsync, rename, fsync of the directory.</summary>
    internal void Replace(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + AtomicFile.TemporarySuffix;
        using (SafeFileHandle file = Create(temporary))
        {
            Write(file, content, 0);
            Flush(file);
        }

        Rename(temporary, path);
        FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
