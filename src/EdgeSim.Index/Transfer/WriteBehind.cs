using System.Runtime.ExceptionServices;
using EdgeSim.Index.Storage;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Transfer;

/// <summary>
/// Checksums and writes the blocks of one file on a thread of its own, in the order in which they come, while
/// the caller fills the next ones. A few blocks wait at most; then the caller does. For one caller at a time.
/// </summary>
/// <remarks>
/// What the disk refuses is thrown in the caller's thread, by the call that comes next and by every one
/// after it: a file with a block missing is of no use. Nothing is written after that.
/// </remarks>
internal sealed class WriteBehind : IDisposable
{
    /// <summary>
    /// Bytes between two requests that the disk begins to write: a flush at the end waits less.
    /// </summary>
    private const int WriteBackBytes = 8 << 20;

    private const int StackBytes = 256 << 10;

    private readonly DurableFiles _files;
    private readonly SafeFileHandle _file;
    private readonly object _gate = new();
    private readonly Queue<Block> _waiting = new(IndexLimits.LoadedBlocksWaitingMax);
    private readonly Stack<byte[]> _free = new(IndexLimits.LoadedBlocksWaitingMax);
    private readonly Thread? _thread;
    private ExceptionDispatchInfo? _failure;
    private bool _isClosed;
    private long _written;

    /// <param name="files">The disk.</param>
    /// <param name="file">The file; it must stay open until this is disposed.</param>
    /// <param name="hasThread">False: everything happens in the caller's thread.</param>
    internal WriteBehind(DurableFiles files, SafeFileHandle file, bool hasThread)
    {
        _files = files;
        _file = file;
        if (hasThread)
        {
            _thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "bulk load" };
            _thread.Start();
        }
    }

    /// <summary>Takes a block that is complete.</summary>
    /// <param name="block">Belongs to the caller no more.</param>
    /// <param name="count">Bytes of it that count.</param>
    /// <param name="offset">Where they go.</param>
    /// <param name="checksums">
    /// Gets their checksum; not to be looked at before <see cref="Drain"/> has returned.
    /// </param>
    /// <returns>A block to be filled next.</returns>
    /// <exception cref="IOException">The disk refuses this block or one before it.</exception>
    internal byte[] Write(byte[] block, int count, long offset, List<uint> checksums)
    {
        var next = new Block(block, count, offset, checksums);
        if (_thread is null)
        {
            Write(next);
            return block;
        }

        lock (_gate)
        {
            WaitUntilAtMost(IndexLimits.LoadedBlocksWaitingMax - 1);
            _waiting.Enqueue(next);
            Monitor.PulseAll(_gate);
            return _free.TryPop(out byte[]? free) ? free : new byte[SegmentLayout.BlockBytes];
        }
    }

    /// <summary>Returns when every block has been written.</summary>
    /// <exception cref="IOException">The disk refuses one.</exception>
    internal void Drain()
    {
        lock (_gate)
        {
            WaitUntilAtMost(0);
        }
    }

    /// <summary>Gives up what waits, and returns when nothing is being written any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }

        _thread?.Join();
    }

    /// <summary>Inside the gate.</summary>
    private void WaitUntilAtMost(int blocks)
    {
        while (_waiting.Count > blocks && _failure is null && !_isClosed)
        {
            Monitor.Wait(_gate);
        }

        ObjectDisposedException.ThrowIf(_isClosed, this);
        _failure?.Throw();
    }

    private void Run()
    {
        while (TryNext(out Block next))
        {
            try
            {
                Write(next);
            }
            catch (Exception failure)
            {
                // Whatever it is, the caller's thread throws it.
                End(next, ExceptionDispatchInfo.Capture(failure));
                return;
            }

            End(next, null);
        }
    }

    private bool TryNext(out Block next)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_isClosed)
            {
                Monitor.Wait(_gate);
            }

            // It counts as waiting until it has been written.
            next = _isClosed ? default : _waiting.Peek();
            return !_isClosed;
        }
    }

    private void End(in Block written, ExceptionDispatchInfo? failure)
    {
        lock (_gate)
        {
            _failure = failure;
            _waiting.Dequeue();
            _free.Push(written.Bytes);
            Monitor.PulseAll(_gate);
        }
    }

    private void Write(in Block next)
    {
        ReadOnlySpan<byte> bytes = next.Bytes.AsSpan(0, next.Count);
        next.Checksums.Add(Crc32C.Of(bytes));
        _files.Write(_file, bytes, next.Offset);
        _written += next.Count;
        if (_written >= WriteBackBytes)
        {
            _files.BeginWriteBack(_file);
            _written = 0;
        }
    }

    private readonly record struct Block(byte[] Bytes, int Count, long Offset, List<uint> Checksums);
}
