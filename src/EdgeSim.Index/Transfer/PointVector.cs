namespace EdgeSim.Index.Transfer;

/// <summary>A vector that the points of a file have.</summary>
/// <param name="Name">Its name; "" where the file gives none.</param>
/// <param name="Dimension">Its components.</param>
public readonly record struct PointVector(string Name, int Dimension);
