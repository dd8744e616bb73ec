using System.ComponentModel;
using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage.Interop;

/// <summary>
/// Calls of the C library, one file per function. The constants are the same on x64 and ARM64 Linux.
/// </summary>
internal static partial class Libc
{
    private const string Library = "libc";

    /// <summary>The errno of the last failed call as an exception with the system's own text.</summary>
    private static IOException Failure(string call, string path)
    {
        int errno = Marshal.GetLastPInvokeError();
        return new IOException(
            $"{call} of {path} failed: {new Win32Exception(errno).Message} (errno {errno}).", errno);
    }
}
