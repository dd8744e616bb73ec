using System.Runtime.InteropServices;

namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// What a disk owes to a program after a power cut, as POSIX has it and ext4 keeps it, and no more. It
/// follows a trace step by step and makes an image of the disk at any point.
/// </summary>
/// <remarks>
/// <b>Owed.</b> fsync of a file: its bytes and its length as they were. fsync of a directory: the names in
/// it, of files and directories. A rename happens or does not: the file has the old name or the new one, and
/// the target is the old file or the new one. A file keeps its content through every change of its name.
/// <para>
/// <b>Not owed, until such an fsync.</b> Each sector of 512 bytes has any of its states since the last fsync,
/// independently of all others: writes persist in any order, and those of several sectors tear. Lengths
/// persist in their order and independently of the bytes: a file may have grown without its data (zeros), or
/// have data without having grown (lost); a growing write may grow by some sectors only. Where a file was
/// cut and grew again, the old bytes do not come back, unless the cut did not happen. Each creation, rename
/// and deletion persists or not, independently, or in their order as a journal does it. fsync of a file says
/// nothing about its name; a directory's name is in its parent.
/// </para>
/// <para>
/// <b>A failed fsync</b> makes no byte durable, and no later one does it: the pages count as clean (Linux
/// does so). <b>Garbage</b> never appears: a byte was written there, or is zero. In mode Torn one sector per
/// file is part new, part old, with the border anywhere: a disk without atomic sectors.
/// </para>
/// <para>
/// <b>Not modelled</b>: bits that decay, disks that lie about fsync, a failed fsync of a directory (it
/// changes nothing), hard links, renames of directories or between them, removal of directories.
/// </para>
/// </remarks>
internal sealed class DiskModel
{
    internal const int SectorBytes = 512;

    private const int IsDirectory = -1;

    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly List<NameChange> _unsynced = [];
    private readonly List<ModelFile> _files = [];

    /// <param name="start">A disk on which everything is durable; null for an empty one.</param>
    internal DiskModel(DiskImage? start = null)
    {
        foreach (string path in start?.Directories ?? Enumerable.Empty<string>())
        {
            _names[path] = IsDirectory;
        }

        foreach ((string path, FileBytes content) in start?.Files ?? [])
        {
            _names[path] = _files.Count;
            _files.Add(new ModelFile(content.Clone()));
        }
    }

    /// <summary>Lets one step of the trace happen. Steps come in their order.</summary>
    internal void Apply(in TraceStep step)
    {
        switch (step.Kind)
        {
            case TraceKind.MakeDirectory:
                _unsynced.Add(new NameChange(null, step.Path, IsDirectory));
                break;
            case TraceKind.Create when step.File == _files.Count:
                _files.Add(new ModelFile(new FileBytes()));
                _unsynced.Add(new NameChange(null, step.Path, step.File));
                break;
            case TraceKind.Create:
                _files[step.File].SetLength(0);
                break;
            case TraceKind.Write:
                _files[step.File].Write(step.Bytes, step.Offset);
                break;
            case TraceKind.SetLength:
                _files[step.File].SetLength(step.Offset);
                break;
            case TraceKind.Flush:
                _files[step.File].Flush();
                break;
            case TraceKind.FlushFailed:
                _files[step.File].FlushFailed();
                break;
            case TraceKind.Rename:
                _unsynced.Add(new NameChange(step.Path, step.Target, step.File));
                break;
            case TraceKind.Delete:
                _unsynced.Add(new NameChange(step.Path, null, step.File));
                break;
            case TraceKind.FlushDirectory:
                FlushDirectory(step.Path);
                break;
            default:
                break; // Opening and marks change nothing.
        }
    }

    /// <summary>The disk after a power cut here. The random modes follow the generator.</summary>
    internal DiskImage Image(CutMode mode, ref SplitMix64 random)
    {
        Dictionary<string, int> names = Names(mode, ref random);
        var image = new DiskImage();
        foreach ((string path, int file) in names.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string parent = DiskImage.ParentOf(path);
            if (parent.Length > 0 && !image.Directories.Contains(parent))
            {
                continue; // Nothing leads to it.
            }

            if (file == IsDirectory)
            {
                image.Directories.Add(path);
            }
            else
            {
                image.Files.Add(path, _files[file].Image(mode, ref random));
            }
        }

        return image;
    }

    private void FlushDirectory(string path)
    {
        foreach (NameChange change in _unsynced)
        {
            if (change.Directory == path)
            {
                change.ApplyTo(_names);
            }
        }

        _unsynced.RemoveAll(change => change.Directory == path);
    }

    private Dictionary<string, int> Names(CutMode mode, ref SplitMix64 random)
    {
        if (mode == CutMode.Synced || _unsynced.Count == 0)
        {
            return _names;
        }

        var names = new Dictionary<string, int>(_names, StringComparer.Ordinal);
        bool isInOrder = mode == CutMode.Prefix || random.Below(2) == 0;
        int count = mode == CutMode.Prefix ? _unsynced.Count : random.Below(_unsynced.Count + 1);
        for (int i = 0; i < _unsynced.Count; i++)
        {
            if (isInOrder ? i < count : random.Below(2) == 0)
            {
                _unsynced[i].ApplyTo(names);
            }
        }

        return names;
    }

    /// <summary>A creation (To), a deletion (From) or a rename (both) in one directory.</summary>
    private readonly record struct NameChange(string? From, string? To, int File)
    {
        internal string Directory => DiskImage.ParentOf((To ?? From)!);

        internal void ApplyTo(Dictionary<string, int> names)
        {
            int file = File;
            if (From is not null && file != IsDirectory)
            {
                // Wherever it is: a rename before this one may not have happened. A file has one name.
                foreach ((string name, int named) in names)
                {
                    if (named == file)
                    {
                        names.Remove(name);
                    }
                }
            }

            if (To is not null)
            {
                names[To] = file;
            }
        }
    }
}
