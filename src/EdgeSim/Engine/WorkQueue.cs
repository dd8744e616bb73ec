using System.Threading.Channels;

namespace EdgeSim.Engine;

/// <summary>
/// The bounded line before the engine: many callers, one worker thread. A full line refuses at once instead
/// of growing. <see cref="Stop"/> finishes what was accepted.
/// </summary>
public sealed class WorkQueue : IDisposable
{
    private readonly Channel<WorkItem> channel;
    private readonly Thread worker;
    private readonly SimilarityEngine engine;

    /// <param name="engine">
    /// Used by the worker thread only from now on; still the caller's to dispose after <see cref="Stop"/>.
    /// </param>
    public WorkQueue(SimilarityEngine engine)
    {
        this.engine = engine;
        channel = Channel.CreateBounded<WorkItem>(new BoundedChannelOptions(Limits.QueueItemsMax)
        {
            SingleReader = true,
            FullMode = BoundedChannelFullMode.Wait,

            // The writer itself wakes the worker, which is all that happens then. By default a thread of the
            // pool would, and where callers block every thread of the pool on their replies, none is left to
            // do it.
            AllowSynchronousContinuations = true,
        });
        worker = new Thread(Work) { Name = "engine", IsBackground = true };
        worker.Start();
    }

    /// <summary>Requests that wait now.</summary>
    public int Waiting => channel.Reader.Count;

    /// <summary>Requests that were refused since start because the line was full.</summary>
    public long Refused => Interlocked.Read(ref refused);

    private long refused;

    /// <summary>Puts a request in line.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="cancellation">
    /// When the caller has left before the worker comes to it, it is skipped.
    /// </param>
    /// <param name="reply">
    /// Completes with the reply, or with what <see cref="SimilarityEngine.Execute"/> threw.
    /// </param>
    /// <returns>False when the line is full or closed; nothing was accepted.</returns>
    public bool TryEnqueue(Request request, CancellationToken cancellation, out Task<Reply> reply)
    {
        var item = new WorkItem(
            request,
            cancellation,
            new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously));
        reply = item.Completion.Task;
        if (channel.Writer.TryWrite(item))
        {
            return true;
        }

        Interlocked.Increment(ref refused);
        return false;
    }

    /// <summary>Accepts nothing more and returns when the worker has finished what it had.</summary>
    public void Stop()
    {
        channel.Writer.TryComplete();
        worker.Join();
    }

    public void Dispose() => Stop();

    private void Work()
    {
        while (channel.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (channel.Reader.TryRead(out WorkItem? item))
            {
                Run(item);
            }
        }
    }

    private void Run(WorkItem item)
    {
        if (item.Cancellation.IsCancellationRequested)
        {
            item.Completion.TrySetCanceled(item.Cancellation);
            return;
        }

        try
        {
            item.Completion.TrySetResult(engine.Execute(item.Request));
        }
        // One of the two loops that catch all: the caller gets the exception, the worker lives on.
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            item.Completion.TrySetException(e);
        }
    }

    private sealed record WorkItem(
        Request Request, CancellationToken Cancellation, TaskCompletionSource<Reply> Completion);
}
