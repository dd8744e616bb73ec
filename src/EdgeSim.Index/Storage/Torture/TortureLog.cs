namespace EdgeSim.Index.Storage.Torture;

/// <summary>Where a program notes what it does and what it is promised. For several threads.</summary>
internal sealed class TortureLog
{
    private readonly RecordedFiles _files;

    internal TortureLog(RecordedFiles files, TortureHistory start)
    {
        _files = files;
        Start = start;
    }

    /// <summary>What the store holds when the program starts: all of it accepted and durable.</summary>
    internal TortureHistory Start { get; }

    /// <summary>
    /// Call before the store gets the batch; of several threads, in the order in which the store gets them.
    /// </summary>
    internal void Accept(long tag) => _files.Mark(TraceKind.Accepted, tag);

    /// <summary>
    /// Call when the store has said that this batch, and with it all before it, is durable.
    /// </summary>
    internal void Durable(long tag) => _files.Mark(TraceKind.Durable, tag);
}
