using System.Runtime.InteropServices;

namespace EdgeSim.Commands.Interop;

/// <summary>
/// statx(2): what a path leads to. .NET tells neither a pipe nor a device from a file, and its sizes and
/// times are those of a symbolic link itself. struct statx is the same on x64 and ARM64, unlike struct stat.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal partial struct FileStatus
{
    /// <summary>AT_FDCWD: relative paths start at the working directory.</summary>
    public const int CurrentFolder = -100;

    /// <summary>STATX_BASIC_STATS.</summary>
    public const uint BasicFields = 0x7ff;

    /// <summary>Type (S_IFMT) and permissions.</summary>
    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(40)]
    public long Bytes;

    /// <summary>Last write, seconds since 1970 UTC.</summary>
    [FieldOffset(112)]
    public long Modified;

    [LibraryImport(
        "libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Read(
        int folder, string path, int flags, uint fields, out FileStatus status);
}
