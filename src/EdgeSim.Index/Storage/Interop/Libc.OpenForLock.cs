using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Interop;

internal static partial class Libc
{
    private const int OpenReadWrite = 2;
    private const int OpenCreate = 0x40;
    private const int NotPermitted = 1;
    private const int NoSuchFile = 2;
    private const int PermissionDenied = 13;
    private const int ReadOnlyFileSystem = 30;
    private const int ModeOwnerWritesAllRead = 0x1A4; // 0644

    /// <summary>
    /// Opens or makes a file that is going to be locked (open(2)). .NET's own open takes a shared lock of the
    /// same kind on every file, which fails as soon as somebody has the exclusive one, before it can be asked
    /// who.
    /// </summary>
    /// <exception cref="IOException">No permission, a read-only disk, or another error.</exception>
    internal static SafeFileHandle OpenForLock(string path)
    {
        int descriptor = Open(path, OpenReadWrite | OpenCreate | OpenCloseOnExec, ModeOwnerWritesAllRead);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw Failure("open", path);
    }

    /// <summary>
    /// Opens a file for a shared lock, which needs no right to write; null when it is absent.
    /// </summary>
    /// <exception cref="IOException">No permission to read it, or another error.</exception>
    internal static SafeFileHandle? TryOpenForSharedLock(string path)
    {
        int descriptor = Open(path, OpenReadOnly | OpenCloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true)
            : Marshal.GetLastPInvokeError() == NoSuchFile ? null
            : throw Failure("open", path);
    }

    /// <summary>
    /// Whether a failure says that the path may be read at most (open(2): EACCES, EPERM, EROFS).
    /// </summary>
    internal static bool IsWritingRefused(IOException failure) =>
        failure.HResult is NotPermitted or PermissionDenied or ReadOnlyFileSystem;

    [LibraryImport(
        Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);
}
