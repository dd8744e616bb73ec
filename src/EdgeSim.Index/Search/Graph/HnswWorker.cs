namespace EdgeSim.Index.Search.Graph;

/// <summary>What one thread needs to insert rows into a graph. Reused from row to row.</summary>
/// <param name="candidates">Rows from which neighbours are chosen, at most.</param>
internal sealed class HnswWorker(int candidates)
{
    internal HnswScratch Scratch { get; } = new();

    /// <summary>Rows to choose from, nearest first.</summary>
    internal int[] Rows { get; } = new int[candidates];

    /// <summary>Their keys, seen from the row that is being linked.</summary>
    internal float[] Keys { get; } = new float[candidates];

    /// <summary>Whether a nearer one that was chosen leads to them as well.</summary>
    internal bool[] Spare { get; } = new bool[candidates];

    /// <summary>Their position before they were compared: those that are left.</summary>
    internal int[] Places { get; } = new int[candidates];

    /// <summary>Rows of one comparison.</summary>
    internal int[] Others { get; } = new int[candidates];

    /// <summary>Their keys, seen from the row they are compared with.</summary>
    internal float[] OtherKeys { get; } = new float[candidates];

    /// <summary>Their dot products.</summary>
    internal int[] Dots { get; } = new int[candidates];

    /// <summary>Links of a row that is being linked back.</summary>
    internal int[] Targets { get; } = new int[candidates];

    /// <summary>Their keys.</summary>
    internal float[] TargetKeys { get; } = new float[candidates];

    /// <summary>Rows in <see cref="Rows"/>.</summary>
    internal int Count { get; set; }
}
