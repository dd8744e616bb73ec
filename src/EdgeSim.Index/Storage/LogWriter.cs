using Microsoft.Win32.SafeHandles;

namespace EdgeSim.Index.Storage;

/// <summary>
/// The log that is being written: records at its end, flushed when somebody wants them durable. After a write
/// or a flush that failed nobody knows what the disk has (fsync reports an error once and forgets the pages),
/// so nothing is appended to that file again: the next write starts another one, whose header says from which
/// batch on it replaces what the old one may hold. One writer.
/// </summary>
internal sealed class LogWriter(DurableFiles files, string directory, ulong collectionId) : IDisposable
{
    private const int ReserveBytesMin = 16 << 10;
    private const int ReserveBytesMax = 1 << 20;

    private SafeFileHandle? _file;
    private long _end;
    private long _reserved;

    /// <summary>Batches up to this one may be in earlier files only, which were not flushed.</summary>
    private ulong _behind;

    /// <summary>Number of the newest log file; 0 before there was one.</summary>
    internal uint Number { get; set; }

    /// <summary>The last batch of which the disk says that it has it.</summary>
    internal ulong Durable { get; set; }

    /// <summary>The last batch written, flushed or not.</summary>
    internal ulong Written { get; set; }

    /// <summary>Whether there is a file to append to.</summary>
    internal bool IsOpen => _file is not null;

    /// <summary>
    /// Whether the newest file may hold a batch whose write was reported as failed, because it could not be
    /// cut off: the next file's header says that it does not count.
    /// </summary>
    internal bool MayHoldFailed { get; private set; }

    /// <summary>Bytes of the file.</summary>
    internal long Bytes => _end;

    /// <summary>Starts a new file. Durable when it returns.</summary>
    /// <exception cref="IOException">The disk refuses; there is no file to append to.</exception>
    internal void Start(ulong firstSequence)
    {
        Close();
        string path = System.IO.Path.Combine(directory, LogFiles.Name(++Number));
        var header = new LogHeader
        {
            Magic = LogHeader.MagicValue,
            Version = LogHeader.VersionNewest,
            Number = Number,
            CollectionId = collectionId,
            FirstSequence = firstSequence,
            Durable = Durable,
        };
        header.HeaderChecksum = LogHeader.ChecksumOf(ref header);
        SafeFileHandle file = files.Create(path);
        try
        {
            files.Write(file, LogHeader.AsBytes(ref header), 0);
            files.Flush(file);
            files.FlushDirectory(directory);
        }
        catch
        {
            file.Dispose();
            TryDelete(path);
            throw;
        }

        _file = file;
        _end = LogHeader.SizeBytes;
        _reserved = 0;
        _behind = Durable < firstSequence - 1 ? firstSequence - 1 : 0;
        MayHoldFailed = false;
        Written = firstSequence - 1;
    }

    /// <summary>Appends records, of which the last has this number.</summary>
    /// <exception cref="IOException">The disk refuses; there is no file to append to any more.</exception>
    internal void Append(ReadOnlySpan<byte> records, ulong last)
    {
        try
        {
            Reserve(_end + records.Length);
            files.Write(_file!, records, _end);
            _end += records.Length;
            Written = last;
        }
        catch
        {
            if (Abandon())
            {
                NoteDurable();
            }

            throw;
        }
    }

    /// <summary>
    /// Returns when the disk has what was appended to this file. What is in earlier ones alone becomes
    /// durable by being sealed; until then <see cref="Durable"/> stays.
    /// </summary>
    /// <param name="keptEnd">Where the file is cut when that fails.</param>
    /// <exception cref="IOException">The disk refuses; there is no file to append to any more.</exception>
    internal void Flush(long keptEnd)
    {
        try
        {
            files.FlushData(_file!);
            NoteDurable();
        }
        catch
        {
            _end = keptEnd;
            _ = Abandon();
            throw;
        }
    }

    /// <summary>Closes the file; a new one is started by the next write.</summary>
    internal void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    /// <summary>
    /// Cuts off what was not acknowledged, as far as the disk lets us, and closes the file. Where it does
    /// not, the next log's header says that it does not count.
    /// </summary>
    /// <returns>Whether the disk says that it has what is left.</returns>
    private bool Abandon()
    {
        MayHoldFailed = true;
        try
        {
            files.SetLength(_file!, _end);
            files.Flush(_file!);
            MayHoldFailed = false;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to report.
        }

        Close();
        return !MayHoldFailed;
    }

    /// <summary>
    /// Takes room ahead: a flush of bytes within it is a fifth cheaper than one that lengthens the file. As
    /// much again as there is, so that a log of a few rows stays small.
    /// </summary>
    private void Reserve(long end)
    {
        if (end > _reserved)
        {
            long bytes = end + Math.Clamp(end, ReserveBytesMin, ReserveBytesMax);
            _reserved = files.TryReserve(_file!, bytes) ? bytes : long.MaxValue;
        }
    }

    private void NoteDurable() => Durable = Durable >= _behind ? Written : Durable;

    private void TryDelete(string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // A log without a whole header holds nothing; the next open removes it.
        }
    }
}
