namespace EdgeSim.Index;

/// <summary>
/// Another <see cref="Collection"/>, in this process or another one, has the directory open.
/// </summary>
public sealed class IndexLockedException : IndexException
{
    internal IndexLockedException(string path, string owner)
        : base(
            path,
            null,
            $"the collection is already open in {owner}",
            "One process writes a collection at a time: stop that one, or send it the request.",
            null)
    {
    }
}
