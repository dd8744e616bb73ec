using System.ComponentModel;
using System.Runtime.InteropServices;
using EdgeSim.Commands.Interop;

namespace EdgeSim.Commands;

/// <summary>What a path leads to, symbolic links followed.</summary>
/// <param name="Kind">What it is, for messages; <see cref="RegularFile"/> for what can be read.</param>
/// <param name="Bytes">Size; 0 for anything but a regular file.</param>
/// <param name="Modified">Last write, UTC seconds since 1970.</param>
public readonly record struct FileFacts(string Kind, long Bytes, long Modified)
{
    public const string RegularFile = "a regular file";

    private const int NoSuchFile = 2;
    private const int NotAFolder = 20;

    /// <summary>Asks the system, without opening: opening a pipe waits for whoever writes to it.</summary>
    /// <exception cref="UserException">There is nothing, or the system does not let us look.</exception>
    public static FileFacts Of(string path)
    {
        int result = FileStatus.Read(
            FileStatus.CurrentFolder, path, 0, FileStatus.BasicFields, out FileStatus status);
        if (result != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw errno is NoSuchFile or NotAFolder
                ? new UserException(ExitCode.NoInput, $"{path}: no such file.")
                : new UserException(
                    ExitCode.NoInput, $"{path}: {new Win32Exception(errno).Message} (errno {errno}).");
        }

        // S_IFMT and its values (inode(7)).
        string kind = (status.Mode & 0xF000) switch
        {
            0x8000 => RegularFile,
            0x4000 => "a folder",
            0x1000 => "a pipe",
            0xC000 => "a socket",
            0x2000 or 0x6000 => "a device",
            _ => "something unknown",
        };
        return new FileFacts(kind, kind == RegularFile ? status.Bytes : 0, status.Modified);
    }
}
