using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage.Interop;

internal static partial class Libc
{
    private const int OpenReadOnly = 0;
    private const int OpenCloseOnExec = 0x80000;

    /// <summary>
    /// Makes the names in a directory durable: after a rename, only this call says that the new name survives
    /// a power cut (fsync(2), NOTES). .NET opens no directories, hence open and close here.
    /// </summary>
    /// <exception cref="IOException">The directory cannot be opened or the disk reports an error.</exception>
    internal static void FSyncDirectory(string path)
    {
        int descriptor = Open(path, OpenReadOnly | OpenCloseOnExec);
        if (descriptor < 0)
        {
            throw Failure("open", path);
        }

        try
        {
            if (FSync(descriptor) != 0)
            {
                throw Failure("fsync", path);
            }
        }
        finally
        {
            // Nothing was written through it; there is nothing left to learn from a failing close.
            _ = Close(descriptor);
        }
    }

    [LibraryImport(
        Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
