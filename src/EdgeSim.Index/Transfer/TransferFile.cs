using EdgeSim.Index.Storage;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// A file that is written from its start to its end and gets its name when it is whole: after a power cut it
/// is there completely, or the one that was there before is.
/// </summary>
internal sealed class TransferFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly string _temporary;

    /// <exception cref="TransferException">There is a file, and it may not be written over.</exception>
    internal TransferFile(string path, bool overwrites)
    {
        Path = System.IO.Path.GetFullPath(path);
        if (File.Exists(Path) && !overwrites)
        {
            throw new TransferException(
                path, null, "there is a file of that name. Remove it, or say that it may go.");
        }

        _temporary = Path + AtomicFile.TemporarySuffix;
        _file = DurableFiles.Disk.Create(_temporary);
        Stream = new FileStream(_file, FileAccess.Write, 256 << 10);
    }

    internal string Path { get; }

    /// <summary>What is written goes here.</summary>
    internal FileStream Stream { get; }

    /// <summary>Writes again what stands at the start.</summary>
    internal void PatchStart(ReadOnlySpan<byte> bytes)
    {
        Stream.Flush();
        RandomAccess.Write(_file, bytes, 0);
    }

    /// <summary>Makes it durable under its name.</summary>
    /// <returns>Its length.</returns>
    internal long Finish()
    {
        Stream.Flush();
        long bytes = RandomAccess.GetLength(_file);
        DurableFiles.Disk.Flush(_file);
        Stream.Dispose();
        DurableFiles.Disk.Rename(_temporary, Path);
        DurableFiles.Disk.FlushDirectory(System.IO.Path.GetDirectoryName(Path)!);
        return bytes;
    }

    /// <summary>Gives up what was not finished.</summary>
    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            Stream.Dispose();
            File.Delete(_temporary);
        }
    }
}
