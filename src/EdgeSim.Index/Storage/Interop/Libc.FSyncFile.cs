using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Interop;

internal static partial class Libc
{
    private const int Interrupted = 4;

    /// <summary>
    /// Makes a file's bytes and length durable (fsync(2)). After a failure nothing is known of the bytes
    /// written since the last success: Linux reports a lost page once, and calling again succeeds without it.
    /// </summary>
    /// <exception cref="IOException">The disk reports an error; its errno is the HResult.</exception>
    internal static void FSyncFile(SafeFileHandle file)
    {
        while (FSync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Failure("fsync", "a file");
            }
        }
    }

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);
}
