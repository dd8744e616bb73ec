using System.Runtime.ExceptionServices;

namespace EdgeSim.Index.Storage;

/// <summary>A batch that waits for its turn, and then what became of it.</summary>
internal sealed class PendingWrite(WriteBatch batch)
{
    internal WriteBatch Batch => batch;

    /// <summary>Whether it has been written or has failed.</summary>
    internal bool IsDone { get; set; }

    internal WriteReceipt Receipt { get; set; }

    internal ExceptionDispatchInfo? Failure { get; private set; }

    /// <summary>Notes why it was not written, unless it had a reason of its own already.</summary>
    internal void Fail(Exception failure)
    {
        Failure ??= ExceptionDispatchInfo.Capture(failure);
        IsDone = true;
    }
}
