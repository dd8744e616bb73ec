using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Interop;

internal static partial class Libc
{
    /// <summary>
    /// Gives a file its blocks up to a length, zeros where nothing was written, and lengthens it to that
    /// (fallocate(2)). False where the file system cannot, or has no room.
    /// </summary>
    internal static bool TryAllocate(SafeFileHandle file, long bytes) => FAllocate(file, 0, 0, bytes) == 0;

    [LibraryImport(Library, EntryPoint = "fallocate", SetLastError = true)]
    private static partial int FAllocate(SafeFileHandle file, int mode, long offset, long length);
}
