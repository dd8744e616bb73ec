using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// Does every step really, in one directory, and notes it: the trace from which power cuts are made. Steps
/// of several threads are noted in the order in which they happen. Nothing outside the directory is noted.
/// </summary>
/// <remarks>
/// A file that was not made through here is unknown; renaming or opening it for writing is an error, because
/// it means that the store changes the disk through another door. Renames stay within a directory.
/// </remarks>
internal sealed class RecordedFiles : DurableFiles
{
    private readonly Lock _gate = new();
    private readonly string _root;
    private readonly List<TraceStep> _steps = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal) { "" };
    private readonly ConditionalWeakTable<SafeFileHandle, OpenFile> _open = [];
    private int _nextFile;

    /// <param name="root">The directory.</param>
    /// <param name="start">What it holds now; null for nothing.</param>
    internal RecordedFiles(string root, DiskImage? start = null)
    {
        _root = Path.GetFullPath(root) + Path.DirectorySeparatorChar;
        foreach (string path in start?.Files.Keys ?? Enumerable.Empty<string>())
        {
            _names[path] = _nextFile++;
        }

        _directories.UnionWith(start?.Directories ?? Enumerable.Empty<string>());
    }

    /// <summary>Steps noted so far.</summary>
    internal int StepCount
    {
        get
        {
            lock (_gate)
            {
                return _steps.Count;
            }
        }
    }

    /// <summary>A copy of the trace.</summary>
    internal TraceStep[] ToTrace()
    {
        lock (_gate)
        {
            return [.. _steps];
        }
    }

    /// <summary>Notes what the program was promised, between the steps.</summary>
    internal void Mark(TraceKind kind, long tag)
    {
        lock (_gate)
        {
            _steps.Add(new TraceStep(kind, Offset: tag));
        }
    }

    /// <summary>
    /// Notes that an fsync failed although the real disk is well. See <see cref="FaultyFiles"/>.
    /// </summary>
    internal void MarkFlushFailed(SafeFileHandle file) => Note(file, TraceKind.FlushFailed);

    internal override SafeFileHandle Create(string path)
    {
        lock (_gate)
        {
            SafeFileHandle handle = base.Create(path);
            if (Relative(path) is { } name)
            {
                NoteDirectory(DiskImage.ParentOf(name));
                if (!_names.TryGetValue(name, out int file))
                {
                    file = _names[name] = _nextFile++;
                }

                _open.Add(handle, new OpenFile(file, name));
                _steps.Add(new TraceStep(TraceKind.Create, name, file));
            }

            return handle;
        }
    }

    internal override SafeFileHandle Open(string path)
    {
        lock (_gate)
        {
            SafeFileHandle handle = base.Open(path);
            if (Relative(path) is { } name)
            {
                int file = Known(name);
                _open.Add(handle, new OpenFile(file, name));
                _steps.Add(new TraceStep(TraceKind.Open, name, file));
            }

            return handle;
        }
    }

    internal override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        lock (_gate)
        {
            base.Write(file, bytes, offset);
            Note(file, TraceKind.Write, offset, bytes.ToArray());
        }
    }

    internal override void Flush(SafeFileHandle file) => Flush(file, base.Flush);

    /// <summary>Of a file, the bytes and the length are all that the model knows.</summary>
    internal override void FlushData(SafeFileHandle file) => Flush(file, base.FlushData);

    private void Flush(SafeFileHandle file, Action<SafeFileHandle> flush)
    {
        lock (_gate)
        {
            try
            {
                flush(file);
            }
            catch (IOException)
            {
                Note(file, TraceKind.FlushFailed);
                throw;
            }

            Note(file, TraceKind.Flush);
        }
    }

    internal override void SetLength(SafeFileHandle file, long bytes)
    {
        lock (_gate)
        {
            base.SetLength(file, bytes);
            Note(file, TraceKind.SetLength, bytes);
        }
    }

    internal override bool TryReserve(SafeFileHandle file, long bytes)
    {
        lock (_gate)
        {
            bool isDone = base.TryReserve(file, bytes);
            if (isDone)
            {
                Note(file, TraceKind.SetLength, bytes);
            }

            return isDone;
        }
    }

    internal override void Rename(string from, string to)
    {
        lock (_gate)
        {
            string? source = Relative(from);
            string? target = Relative(to);
            if (source is null && target is null)
            {
                base.Rename(from, to);
                return;
            }

            if (source is null || target is null || DiskImage.ParentOf(source) != DiskImage.ParentOf(target))
            {
                throw new NotSupportedException($"{from} to {to}: a rename stays within its directory.");
            }

            int file = Known(source);
            base.Rename(from, to);
            _names.Remove(source);
            _names[target] = file;
            _steps.Add(new TraceStep(TraceKind.Rename, source, file) { Target = target });
        }
    }

    internal override void FlushDirectory(string path)
    {
        lock (_gate)
        {
            base.FlushDirectory(path);
            if (Relative(path) is { } name)
            {
                NoteDirectory(name);
                _steps.Add(new TraceStep(TraceKind.FlushDirectory, name));
            }
        }
    }

    internal override void Delete(string path)
    {
        lock (_gate)
        {
            base.Delete(path);
            if (Relative(path) is { } name && _names.Remove(name, out int file))
            {
                _steps.Add(new TraceStep(TraceKind.Delete, name, file));
            }
        }
    }

    private void Note(SafeFileHandle handle, TraceKind kind, long offset = 0, byte[]? bytes = null)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(handle, out OpenFile? open))
            {
                _steps.Add(new TraceStep(kind, open.Name, open.File, offset) { Bytes = bytes ?? [] });
            }
        }
    }

    private void NoteDirectory(string path)
    {
        if (_directories.Add(path))
        {
            NoteDirectory(DiskImage.ParentOf(path));
            _steps.Add(new TraceStep(TraceKind.MakeDirectory, path));
        }
    }

    private int Known(string name) => _names.TryGetValue(name, out int file)
        ? file
        : throw new InvalidOperationException($"{name} was not made through {nameof(DurableFiles)}.");

    /// <summary>The path below the recorded directory, "" for that itself; null for one outside.</summary>
    private string? Relative(string path)
    {
        string full = Path.GetFullPath(path);
        return full.StartsWith(_root, StringComparison.Ordinal) ? full[_root.Length..].TrimEnd('/')
            : full == _root.TrimEnd('/') ? ""
            : null;
    }

    /// <summary>Name: the one it was opened under.</summary>
    private sealed record OpenFile(int File, string Name);
}
