using System.Diagnostics;

namespace EdgeSim.Index.Storage;

/// <summary>
/// How fast background work may write, and whether it should end: a bucket of a tenth of a second's bytes.
/// One writer.
/// </summary>
/// <param name="bytesPerSecond">The rate; 0: as fast as the disk takes it.</param>
/// <param name="stop">Ends the work with an <see cref="OperationCanceledException"/>.</param>
/// <param name="progress">Told how many bytes have been written so far.</param>
internal sealed class WritePace(long bytesPerSecond, CancellationToken stop, Action<long>? progress = null)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _bytes;

    /// <summary>No rate, no end.</summary>
    internal static WritePace Free => new(0, CancellationToken.None);

    /// <summary>Set when the work is to end.</summary>
    internal CancellationToken Stop => stop;

    /// <summary>Asked whether somebody waits, so that the rate does not count now.</summary>
    internal Func<bool>? Hurries { get; init; }

    /// <summary>Told of how many rows of a column how many have been linked to their neighbours.</summary>
    internal Action<long, long>? Linking { get; init; }

    /// <summary>
    /// Notes how many rows of a graph are linked. From any thread, not twice at the same time.
    /// </summary>
    internal void Linked(int rows, int of) => Linking?.Invoke(rows, of);

    /// <summary>Notes what was written, and waits while it is ahead of the rate.</summary>
    /// <exception cref="OperationCanceledException">The collection is being closed.</exception>
    internal void Written(int bytes)
    {
        stop.ThrowIfCancellationRequested();
        _bytes += bytes;
        progress?.Invoke(_bytes);
        if (bytesPerSecond > 0)
        {
            double ahead = ((double)_bytes / bytesPerSecond) - Stopwatch.GetElapsedTime(_start).TotalSeconds;
            if (ahead > 0.1
                && Hurries?.Invoke() != true
                && stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(Math.Min(ahead, 0.5))))
            {
                stop.ThrowIfCancellationRequested();
            }
        }
    }
}
