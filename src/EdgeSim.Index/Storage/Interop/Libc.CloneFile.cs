using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Interop;

internal static partial class Libc
{
    private const nuint CloneFileRequest = 0x4004_9409; // FICLONE
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int FollowLinks = 0x400; // AT_SYMLINK_FOLLOW

    /// <summary>
    /// Gives an empty file the content of another without copying it (ioctl_ficlone(2)); false where the file
    /// system cannot, as most.
    /// </summary>
    internal static bool TryCloneFile(SafeFileHandle from, SafeFileHandle to)
        => IoCtl(to, CloneFileRequest, from) == 0;

    /// <summary>
    /// Gives an open file one more name (linkat(2)); false where that cannot be: another file system, no hard
    /// links, or a file that has no name any more.
    /// </summary>
    internal static bool TryLinkFile(SafeFileHandle file, string path)
    {
        bool isHeld = false;
        try
        {
            file.DangerousAddRef(ref isHeld);
            return LinkAt(
                CurrentDirectory,
                $"/proc/self/fd/{file.DangerousGetHandle()}",
                CurrentDirectory,
                path,
                FollowLinks) == 0;
        }
        finally
        {
            if (isHeld)
            {
                file.DangerousRelease();
            }
        }
    }

    [LibraryImport(Library, EntryPoint = "ioctl")]
    private static partial int IoCtl(SafeFileHandle file, nuint request, SafeFileHandle argument);

    [LibraryImport(Library, EntryPoint = "linkat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkAt(
        int fromDirectory, string from, int toDirectory, string to, int flags);
}
