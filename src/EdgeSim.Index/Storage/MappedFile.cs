using System.Runtime.InteropServices;
using EdgeSim.Index.Storage.Interop;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// A file mapped read-only as a whole; the handle owns the mapping. A file that another process shortens
/// meanwhile ends this process with SIGBUS: EdgeSim never shortens a file that may be mapped (FORMAT.md,
/// caveats).
/// </summary>
internal sealed class MappedFile : SafeHandleZeroOrMinusOneIsInvalid
{
    private MappedFile(nint address, long bytes)
        : base(ownsHandle: true)
    {
        SetHandle(address);
        Bytes = bytes;
    }

    /// <summary>Length of the file.</summary>
    internal long Bytes { get; }

    /// <summary>Start of the mapping; valid until the handle is disposed.</summary>
    internal nint Address => handle;

    /// <summary>
    /// Maps an existing file that is at least <paramref name="bytesMin"/> long; null when it is shorter.
    /// </summary>
    internal static MappedFile? TryOpen(string path, long bytesMin, out long bytes)
    {
        using SafeFileHandle file = File.OpenHandle(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        bytes = RandomAccess.GetLength(file);
        return bytes < bytesMin ? null : new MappedFile(Libc.Map(file, bytes, path), bytes);
    }

    /// <summary>
    /// Takes the pages that were read out of this process's memory; reading goes on as before.
    /// </summary>
    internal void DropPages() => Libc.DropPages(handle, Bytes);

    /// <summary>Tells the system that it is read here and there.</summary>
    internal void ReadHereAndThere() => Libc.ReadHereAndThere(handle, Bytes);

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Unmap(handle, Bytes);
}
