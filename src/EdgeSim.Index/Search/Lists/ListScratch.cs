namespace EdgeSim.Index.Search.Lists;

/// <summary>The memory of searches through lists, reused.</summary>
internal sealed class ListScratch
{
    internal ListRanking Ranking { get; } = new();

    /// <summary>Vectors of one list that are offered together.</summary>
    internal int[] Vectors { get; } = new int[Probe.StepRows];

    /// <summary>Bytes held.</summary>
    internal long Bytes => Ranking.Bytes + (Vectors.LongLength * sizeof(int));
}
