using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EdgeSim.Encoders.Models.Interop;
using Microsoft.Win32.SafeHandles;

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

    /// <summary>
    /// The path of an installed file after it was hashed: a damaged model computes wrong vectors without any
    /// sign, and they would enter collections under the right fingerprint. O(bytes), constant memory.
    /// </summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="model">The model's name, for messages.</param>
    /// <param name="file">What the manifest states.</param>
    /// <exception cref="ModelException">Missing, of another size or content.</exception>
    public static string RequireIntact(string folder, string model, ModelFile file)
    {
        string path = Path.Combine(folder, file.Name);
        var info = new FileInfo(path);
        if (!info.Exists)
        {
            throw new ModelException(
                $"{path}: not there. Install the model with: edgesim models install {model}");
        }

        if (info.Length != file.Bytes)
        {
            throw Damaged($"{info.Length} bytes, the manifest states {file.Bytes}");
        }

        string found = Sha256OfFile(path);
        return found == file.Sha256 ? path : throw Damaged(
            $"sha256 is {found}, the manifest states {file.Sha256}");

        ModelException Damaged(string what) => new(
            $"{path}: {what}. The file is damaged: run 'edgesim models remove {model}', then "
            + $"'edgesim models install {model}'.");
    }

    /// <summary>Writes a new file and waits until the disk has it.</summary>
    /// <exception cref="IOException">There is a file of that name, or the disk has no room.</exception>
    /// <exception cref="ModelException">The disk reports that it has lost what was written.</exception>
    public static void WriteDurably(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1);
        file.Write(content);
        file.Flush();
        SyncFile(file.SafeFileHandle, path);
    }

    /// <summary>
    /// Waits until the disk has a file's bytes. Not by .NET, whose fsync reports no failure: a model would
    /// count as installed whose bytes the disk has lost.
    /// </summary>
    /// <exception cref="ModelException">The disk reports an error; errno is in the message.</exception>
    public static void SyncFile(SafeFileHandle file, string path)
    {
        while (FileSync.Sync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != FileSync.Interrupted)
            {
                throw Failed(path, "fsync");
            }
        }
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
