using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// Streams one section after the other into a file, block by block, and notes each block's checksum.
/// </summary>
/// <param name="files">The disk.</param>
/// <param name="file">The file.</param>
/// <param name="pace">Asked after every block: waits, or ends the work by an exception.</param>
/// <param name="progress">How far the file is durable; null where nobody goes on with it.</param>
internal sealed class BlockWriter(
    DurableFiles files, SafeFileHandle file, WritePace pace, WriteProgress? progress = null)
{
    private readonly byte[] _block = new byte[SegmentLayout.BlockBytes];
    private int _count;
    private long _position;
    private bool _isRepeatable;

    /// <summary>Checksums of the blocks written so far, in order.</summary>
    internal List<uint> Checksums { get; } = [];

    /// <summary>Starts a section.</summary>
    /// <param name="offset">Where.</param>
    /// <param name="isRepeatable">
    /// Whether it comes out the same when it is made again. Nothing is noted as durable in one that does not.
    /// </param>
    internal void Begin(long offset, bool isRepeatable = true)
    {
        _position = offset;
        _isRepeatable = isRepeatable;
    }

    /// <summary>Appends one element.</summary>
    internal void Write<T>(T value)
        where T : unmanaged
        => Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>Appends bytes.</summary>
    internal void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, _block.Length - _count);
            bytes[..count].CopyTo(_block.AsSpan(_count));
            bytes = bytes[count..];
            _count += count;
            if (_count == _block.Length)
            {
                End();
            }
        }
    }

    /// <summary>Ends a section: writes the last, shorter block.</summary>
    internal void End()
    {
        if (_count > 0)
        {
            Checksums.Add(Crc32C.Of(_block.AsSpan(0, _count)));
            long end = _position + _count;
            if (!_isRepeatable || progress?.IsDurable(end) != true)
            {
                files.Write(file, _block.AsSpan(0, _count), _position);
                if (_isRepeatable && progress?.IsDue(end) == true)
                {
                    files.Flush(file);
                    progress.Flushed(end);
                }

                pace.Written(_count);
            }

            _position = end;
            _count = 0;
        }
    }
}
