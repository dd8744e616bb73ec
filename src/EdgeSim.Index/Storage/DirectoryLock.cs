using System.Globalization;
using System.Text;
using EdgeSim.Index.Storage.Interop;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The one-writer lock of a collection: the system's lock on the file <c>LOCK</c>, held until this object is
/// disposed or its process ends. The file holds the owner's process id for people; it stays when the lock
/// goes, and means nothing then. Where the file cannot be written, the lock is a shared one: many read, and
/// nobody writes meanwhile.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    internal const string FileName = "LOCK";

    private readonly SafeFileHandle? _file;

    private DirectoryLock(SafeFileHandle? file, string? readOnlyReason)
    {
        _file = file;
        ReadOnlyReason = readOnlyReason;
    }

    /// <summary>Why only reading is possible; null when writing is.</summary>
    internal string? ReadOnlyReason { get; }

    /// <summary>The lock for writing, or where the system does not let us write, for reading.</summary>
    /// <exception cref="IndexLockedException">Somebody else has it.</exception>
    internal static DirectoryLock Take(string directory)
    {
        try
        {
            return TakeToWrite(directory);
        }
        catch (IOException refused) when (Libc.IsWritingRefused(refused))
        {
            return TakeToRead(directory, refused.Message);
        }
    }

    /// <summary>The lock for writing.</summary>
    /// <exception cref="IndexLockedException">Somebody else has it.</exception>
    internal static DirectoryLock TakeToWrite(string directory)
    {
        string path = Path.Combine(directory, FileName);
        SafeFileHandle file = Libc.OpenForLock(path);
        try
        {
            if (!Libc.TryLock(file, path))
            {
                // If a shared lock is to be had, readers have it, and the id is that of an earlier writer.
                throw new IndexLockedException(
                    directory, Libc.TryLockShared(file, path) ? "a process that reads it" : Owner(file));
            }

            WriteOwner(file);
            return new DirectoryLock(file, null);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static DirectoryLock TakeToRead(string directory, string reason)
    {
        string path = Path.Combine(directory, FileName);
        SafeFileHandle? file = Libc.TryOpenForSharedLock(path);
        try
        {
            // Without the file there is no writer: one that may write would have made it.
            return file is null || Libc.TryLockShared(file, path)
                ? new DirectoryLock(file, reason)
                : throw new IndexLockedException(directory, Owner(file));
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    private static void WriteOwner(SafeFileHandle file)
    {
        byte[] owner = Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
        try
        {
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, owner, 0);
        }
        catch (IOException)
        {
            // A full disk. The lock is ours all the same; only its note for people is missing.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_file is { IsClosed: false })
        {
            // Not by closing alone: a program that this process is starting has the descriptor until it runs.
            Libc.Unlock(_file);
            _file.Dispose();
        }
    }

    private static string Owner(SafeFileHandle file)
    {
        Span<byte> bytes = stackalloc byte[16];
        int count = RandomAccess.Read(file, bytes, 0);
        return int.TryParse(
            Encoding.ASCII.GetString(bytes[..count]).Trim(), CultureInfo.InvariantCulture, out int id)
            ? $"process {id}" + (id == Environment.ProcessId ? " (this one)" : "")
            : "another process";
    }
}
