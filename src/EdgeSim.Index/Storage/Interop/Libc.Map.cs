using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Interop;

internal static partial class Libc
{
    private const int ProtectionRead = 1;
    private const int MapShared = 1;

    /// <summary>
    /// Maps a whole file for reading (mmap(2)). Pages are read when they are first touched.
    /// </summary>
    /// <exception cref="IOException">The system refuses.</exception>
    internal static nint Map(SafeFileHandle file, long bytes, string path)
    {
        nint address = MMap(0, checked((nuint)bytes), ProtectionRead, MapShared, file, 0);
        return address != -1 ? address : throw Failure("mmap", path);
    }

    /// <summary>Gives a mapping back (munmap(2)).</summary>
    internal static bool Unmap(nint address, long bytes) => MUnmap(address, (nuint)bytes) == 0;

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MMap(
        nint hint, nuint length, int protection, int flags, SafeFileHandle file, long offset);

    [LibraryImport(Library, EntryPoint = "munmap", SetLastError = true)]
    private static partial int MUnmap(nint address, nuint length);
}
