namespace EdgeSim.Engine.Replies;

/// <param name="Segments">Files that hold the rows.</param>
/// <param name="Bytes">On disk.</param>
public sealed record CollectionItem(
    string Name,
    int Dimension,
    string Metric,
    string? Model,
    string Fingerprint,
    long Points,
    int Segments,
    long Bytes);
