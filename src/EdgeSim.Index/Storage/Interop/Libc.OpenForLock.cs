using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Interop;

internal static partial class Libc
{
    private const int OpenReadWrite = 2;
    private const int OpenCreate = 0x40;
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

    [LibraryImport(
        Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);
}
