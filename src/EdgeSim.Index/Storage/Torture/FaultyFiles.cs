using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage.Torture;

/// <summary>
/// A disk that refuses: at a call, at calls of some kind, once or until healed, with the exceptions that .NET
/// throws for it. A write that fails leaves its first part behind, as one does on a disk that fills up.
/// </summary>
/// <param name="inner">
/// What does the work; a <see cref="RecordedFiles"/> hears of failed fsyncs, which lose bytes (see
/// <see cref="DiskModel"/>).
/// </param>
internal sealed class FaultyFiles(DurableFiles inner) : DurableFiles
{
    private readonly Lock _gate = new();
    private readonly ConditionalWeakTable<SafeFileHandle, string> _paths = [];
    private Func<FileCall, bool>? _fails;
    private Func<FileCall, bool>? _lies;
    private int _errno;
    private int _failuresLeft;

    /// <summary>On the real disk.</summary>
    internal FaultyFiles()
        : this(Disk)
    {
    }

    /// <summary>Calls so far, failed ones included.</summary>
    internal int Calls { get; private set; }

    /// <summary>Calls that failed.</summary>
    internal int Failures { get; private set; }

    /// <summary>How much of a failing write is done, 0 to 1.</summary>
    internal double WrittenPart { get; set; } = 0.5;

    /// <summary>A disk whose n-th call fails, that one only or with all that follow.</summary>
    internal static FaultyFiles At(int call, bool forEver, int errno = Errno.NoSpace)
    {
        var files = new FaultyFiles();
        files.FailWhen(next => next.Number == call || (forEver && next.Number > call), errno);
        return files;
    }

    /// <summary>
    /// From now on calls fail for which the condition holds, so often at most. The condition is asked in the
    /// order of the calls, by one thread at a time.
    /// </summary>
    internal void FailWhen(Func<FileCall, bool> condition, int errno, int times = int.MaxValue)
    {
        lock (_gate)
        {
            _fails = condition;
            _errno = errno;
            _failuresLeft = times;
        }
    }

    /// <summary>
    /// From now on an fsync for which the condition holds does nothing and says that it did: what a store
    /// that forgets it would do. Over a <see cref="RecordedFiles"/> it shows which fsyncs are needed.
    /// </summary>
    internal void LieWhen(Func<FileCall, bool> condition)
    {
        lock (_gate)
        {
            _lies = condition;
        }
    }

    /// <summary>From now on every call succeeds, and does what it says.</summary>
    internal void Heal()
    {
        lock (_gate)
        {
            _fails = null;
            _lies = null;
        }
    }

    internal override SafeFileHandle Create(string path)
    {
        Step(TraceKind.Create, path);
        return Named(inner.Create(path), path);
    }

    internal override SafeFileHandle Open(string path)
    {
        Step(TraceKind.Open, path);
        return Named(inner.Open(path), path);
    }

    internal override void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        if (Fails(TraceKind.Write, PathOf(file), bytes.Length) is { } failure)
        {
            int part = Math.Clamp((int)(bytes.Length * WrittenPart), 0, bytes.Length);
            if (part > 0)
            {
                inner.Write(file, bytes[..part], offset);
            }

            throw failure;
        }

        inner.Write(file, bytes, offset);
    }

    internal override void Flush(SafeFileHandle file)
    {
        if (IsFlushing(file))
        {
            inner.Flush(file);
        }
    }

    internal override void FlushData(SafeFileHandle file)
    {
        if (IsFlushing(file))
        {
            inner.FlushData(file);
        }
    }

    internal override byte[] Read(string path, long bytesMax)
    {
        Step(TraceKind.Read, path);
        return inner.Read(path, bytesMax);
    }

    internal override MappedFile? Map(string path, long bytesMin, out long bytes)
    {
        Step(TraceKind.Read, path);
        return inner.Map(path, bytesMin, out bytes);
    }

    internal override void SetLength(SafeFileHandle file, long bytes)
    {
        Step(TraceKind.SetLength, PathOf(file));
        inner.SetLength(file, bytes);
    }

    /// <summary>A refusal is an answer here, not a failure.</summary>
    internal override bool TryReserve(SafeFileHandle file, long bytes)
        => Fails(TraceKind.SetLength, PathOf(file)) is null && inner.TryReserve(file, bytes);

    internal override void Rename(string from, string to)
    {
        Step(TraceKind.Rename, from);
        inner.Rename(from, to);
    }

    internal override void FlushDirectory(string path)
    {
        Step(TraceKind.FlushDirectory, path);
        if (!Lies(TraceKind.FlushDirectory, path))
        {
            inner.FlushDirectory(path);
        }
    }

    internal override void Delete(string path)
    {
        Step(TraceKind.Delete, path);
        inner.Delete(path);
    }

    /// <summary>Whether an fsync is really to be done: it may fail, or be a lie.</summary>
    private bool IsFlushing(SafeFileHandle file)
    {
        if (Fails(TraceKind.Flush, PathOf(file)) is { } failure)
        {
            (inner as RecordedFiles)?.MarkFlushFailed(file);
            throw failure;
        }

        return !Lies(TraceKind.Flush, PathOf(file));
    }

    private SafeFileHandle Named(SafeFileHandle file, string path)
    {
        _paths.Add(file, path);
        return file;
    }

    private string PathOf(SafeFileHandle file) => _paths.TryGetValue(file, out string? path) ? path : "?";

    private void Step(TraceKind kind, string path)
    {
        if (Fails(kind, path) is { } failure)
        {
            throw failure;
        }
    }

    private bool Lies(TraceKind kind, string path)
    {
        lock (_gate)
        {
            return _lies?.Invoke(new FileCall(Calls, kind, path)) == true;
        }
    }

    private Exception? Fails(TraceKind kind, string path, int bytes = 0)
    {
        lock (_gate)
        {
            var call = new FileCall(++Calls, kind, path, bytes);
            if (_failuresLeft == 0 || _fails?.Invoke(call) != true)
            {
                return null;
            }

            _failuresLeft--;
            Failures++;
            return Errno.ToException(_errno, path);
        }
    }
}
