using System.Globalization;
using System.Text;
using EdgeSim.Index.Storage.Interop;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The one-writer lock of a collection: the system's lock on the file <c>LOCK</c>, held until this object is
/// disposed or its process ends. The file holds the owner's process id for people; it stays when the lock
/// goes, and means nothing then.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    internal const string FileName = "LOCK";

    private readonly SafeFileHandle _file;

    private DirectoryLock(SafeFileHandle file) => _file = file;

    /// <exception cref="IndexLockedException">Somebody else has it.</exception>
    internal static DirectoryLock Take(string directory)
    {
        string path = Path.Combine(directory, FileName);
        SafeFileHandle file = Libc.OpenForLock(path);
        try
        {
            if (!Libc.TryLock(file, path))
            {
                throw new IndexLockedException(directory, Owner(file));
            }

            byte[] owner = Encoding.ASCII.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, owner, 0);
            return new DirectoryLock(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_file.IsClosed)
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
