using System.Collections;

namespace EdgeSim.Commands;

/// <summary>
/// What was found in a folder. Only the paths are kept: each item is made when it is asked for, because its
/// caption and the rest of it cost more memory than a board has for a hundred thousand.
/// </summary>
public sealed class FolderScan(string[] paths, Func<string, IndexItem> toItem)
    : IReadOnlyCollection<IndexItem>
{
    public int Count => paths.Length;

    public IEnumerator<IndexItem> GetEnumerator() => paths.Select(toItem).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
