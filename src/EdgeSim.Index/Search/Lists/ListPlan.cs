namespace EdgeSim.Index.Search.Lists;

/// <summary>The lists of a column that is being written.</summary>
/// <param name="Dimension">Components of a centroid.</param>
/// <param name="Seed">Of the training.</param>
/// <param name="Centroids">[lists x dimension].</param>
/// <param name="Ends">Where each list ends: ascending, none is empty.</param>
/// <param name="Radii">How far the farthest vector of each list is from its centroid, rounded up.</param>
internal sealed record ListPlan(int Dimension, ulong Seed, float[] Centroids, int[] Ends, float[] Radii)
{
    internal int Count => Ends.Length;

    internal ReadOnlySpan<float> Centroid(int list) => Centroids.AsSpan(list * Dimension, Dimension);
}
