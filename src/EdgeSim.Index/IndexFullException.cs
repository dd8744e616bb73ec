namespace EdgeSim.Index;

/// <summary>
/// A bound of <see cref="IndexLimits"/> is reached. The message names it and what frees it.
/// </summary>
public sealed class IndexFullException : IndexException
{
    internal IndexFullException(string path, string reason, string cure)
        : base(path, null, reason, cure, null)
    {
    }
}
