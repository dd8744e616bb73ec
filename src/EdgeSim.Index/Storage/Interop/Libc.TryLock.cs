using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Interop;

internal static partial class Libc
{
    private const int LockShared = 1;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int LockRelease = 8;
    private const int WouldBlock = 11;

    /// <summary>
    /// Takes the advisory lock of an open file (flock(2)), or returns false when another open file has it.
    /// The system gives it back when the file is closed or its process dies, however it dies.
    /// </summary>
    /// <exception cref="IOException">The file system knows no locks, or another error.</exception>
    internal static bool TryLock(SafeFileHandle file, string path) => TryLock(file, LockExclusive, path);

    /// <summary>The same for a lock that several may have, as long as nobody has the exclusive one.</summary>
    /// <exception cref="IOException">The file system knows no locks, or another error.</exception>
    internal static bool TryLockShared(SafeFileHandle file, string path) => TryLock(file, LockShared, path);

    private static bool TryLock(SafeFileHandle file, int kind, string path)
    {
        if (FLock(file, kind | LockNonBlocking) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == WouldBlock ? false : throw Failure("flock", path);
    }

    /// <summary>
    /// Gives the lock back for every copy of the descriptor, also those of child processes. A failure means
    /// that there is no lock; closing the file follows in any case.
    /// </summary>
    internal static void Unlock(SafeFileHandle file) => _ = FLock(file, LockRelease);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeFileHandle file, int operation);
}
