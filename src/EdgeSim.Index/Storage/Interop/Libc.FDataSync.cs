using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Interop;

internal static partial class Libc
{
    /// <summary>
    /// Returns when a file's bytes and the length needed to read them are on the disk (fdatasync(2)). Saves
    /// the write of the times that fsync adds.
    /// </summary>
    /// <exception cref="IOException">The disk reports an error; what it has is unknown then.</exception>
    internal static void FDataSync(SafeFileHandle file)
    {
        while (FDataSyncCall(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Failure("fdatasync", "a file");
            }
        }
    }

    [LibraryImport(Library, EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSyncCall(SafeFileHandle file);
}
