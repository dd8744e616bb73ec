namespace EdgeSim.Index.Transfer;

/// <summary>Reads whole points from a file, one after the other.</summary>
internal abstract class PointParser : IDisposable
{
    /// <summary>The members of a point.</summary>
    internal const string Members = "allowed are id, vector and payload, each once";

    /// <summary>Bytes of the points read so far.</summary>
    internal abstract long BytesRead { get; }

    /// <summary>Where the point read last is.</summary>
    internal abstract string Place { get; }

    /// <summary>Reads the next point; false behind the last one.</summary>
    /// <exception cref="TransferException">It is no point.</exception>
    internal abstract bool TryRead(ParsedPoint point);

    public abstract void Dispose();
}
