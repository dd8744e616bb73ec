namespace EdgeSim.Commands.Ann;

/// <summary>
/// All rows within a radius of each query, as the big-ann benchmarks write it: int32 queries, int32 total,
/// int32 count of each query, then total int32 ids, query by query, nearest first, then total float32
/// distances.
/// </summary>
internal static class RangeTruthFile
{
    internal static void Write(string path, IReadOnlyList<IReadOnlyList<Neighbour>> within)
    {
        using var file = new BinaryFile(path);
        file.Write((uint)within.Count);
        file.Write((uint)within.Sum(one => one.Count));
        foreach (IReadOnlyList<Neighbour> one in within)
        {
            file.Write((uint)one.Count);
        }

        foreach (IReadOnlyList<Neighbour> one in within)
        {
            foreach (Neighbour neighbour in one)
            {
                file.Write((uint)neighbour.Id);
            }
        }

        foreach (IReadOnlyList<Neighbour> one in within)
        {
            foreach (Neighbour neighbour in one)
            {
                file.Write((float)neighbour.Distance);
            }
        }

        file.Finish();
    }
}
