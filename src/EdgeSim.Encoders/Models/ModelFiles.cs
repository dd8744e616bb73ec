using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EdgeSim.Encoders.Models.Interop;

namespace EdgeSim.Encoders.Models;

/// <summary>
/// Files on disk that a model depends on: hashed, and written so that a power cut leaves all or nothing.
/// </summary>
internal static class ModelFiles
{
    /// <summary>Lower-case hex.</summary>
    public static string Sha256(ReadOnlySpan<byte> content) =>
        Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Lower-case hex of a file. O(bytes), constant memory.</summary>
    public static string Sha256OfFile(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Writes a new file and waits until the disk has it.</summary>
    public static void WriteDurably(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Waits until the disk has the names in a folder: without it a rename may vanish in a power cut.
    /// </summary>
    /// <exception cref="ModelException">
    /// The folder cannot be opened or synchronised; errno is in the message.
    /// </exception>
    public static void SyncFolder(string path)
    {
        int descriptor = FolderSync.Open(path, FolderSync.ReadOnly);
        if (descriptor < 0)
        {
            throw Failed(path, "open");
        }

        int result = FolderSync.Sync(descriptor);
        ModelException? failure = result == 0 ? null : Failed(path, "fsync");
        if (FolderSync.Close(descriptor) != 0)
        {
            failure ??= Failed(path, "close");
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    private static ModelException Failed(string path, string call)
    {
        int errno = Marshal.GetLastPInvokeError();
        return new ModelException(
            $"{path}: {call} failed: {new Win32Exception(errno).Message} (errno {errno}). Check the disk, "
            + "then run the command again.");
    }
}
