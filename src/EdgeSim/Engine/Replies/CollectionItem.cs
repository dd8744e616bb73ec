namespace EdgeSim.Engine.Replies;

/// <summary>One collection; of one that cannot be read only its name and the reason.</summary>
/// <param name="Segments">Files that hold the rows.</param>
/// <param name="Bytes">On disk.</param>
/// <param name="Error">Why the rest is missing.</param>
public sealed record CollectionItem(
    string Name,
    int? Dimension = null,
    string? Metric = null,
    string? Model = null,
    string? Fingerprint = null,
    long? Points = null,
    int? Segments = null,
    long? Bytes = null,
    string? Error = null);
