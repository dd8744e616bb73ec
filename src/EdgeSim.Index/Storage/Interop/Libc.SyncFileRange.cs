using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Interop;

internal static partial class Libc
{
    private const uint SyncFileRangeWrite = 2;

    /// <summary>
    /// Starts writing a file's dirty pages without waiting for them (sync_file_range(2)). Says nothing of
    /// what the disk has, so its failure says nothing either: the fsync that follows reports it.
    /// </summary>
    internal static void SyncFileRange(
        SafeFileHandle file) => _ = SyncFileRange(file, 0, 0, SyncFileRangeWrite);

    [LibraryImport(Library, EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long bytes, uint flags);
}
