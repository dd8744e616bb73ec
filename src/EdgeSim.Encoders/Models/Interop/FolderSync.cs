using System.Runtime.InteropServices;

namespace EdgeSim.Encoders.Models.Interop;

/// <summary>
/// The C library's calls that bring a folder's names to the disk; .NET has none for folders.
/// </summary>
internal static partial class FolderSync
{
    /// <summary>O_RDONLY, on every architecture of Linux.</summary>
    public const int ReadOnly = 0;

    [LibraryImport(
        "libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);
}
