using System.Runtime.ExceptionServices;

namespace EdgeSim.Index.Storage;

/// <summary>
/// A batch that waits for its turn, and then what became of it. Its thread sleeps on it alone: a thread that
/// wrote it along with others wakes it when it is done, or hands the writing over to it.
/// </summary>
internal sealed class PendingWrite(WriteBatch batch)
{
    private readonly object _gate = new();
    private bool _leads;

    internal WriteBatch Batch => batch;

    /// <summary>Whether it has been written or has failed.</summary>
    internal bool IsDone { get; private set; }

    internal WriteReceipt Receipt { get; set; }

    internal ExceptionDispatchInfo? Failure { get; private set; }

    /// <summary>Notes why it was not written, unless it had a reason of its own already.</summary>
    internal void Fail(Exception failure) => Failure ??= ExceptionDispatchInfo.Capture(failure);

    /// <summary>Its thread has nothing more to wait for.</summary>
    internal void Finish() => Wake(isDone: true);

    /// <summary>Its thread writes it, and the others that wait by then.</summary>
    internal void Lead() => Wake(isDone: false);

    /// <summary>Returns when it is done; true when it is not and its thread is to write.</summary>
    internal bool WaitToLead()
    {
        lock (_gate)
        {
            while (!IsDone && !_leads)
            {
                Monitor.Wait(_gate);
            }

            return !IsDone;
        }
    }

    private void Wake(bool isDone)
    {
        lock (_gate)
        {
            IsDone |= isDone;
            _leads |= !isDone;
            Monitor.Pulse(_gate);
        }
    }
}
