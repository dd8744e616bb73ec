namespace EdgeSim.Index;

/// <summary>What <see cref="Collection.Describe"/> says about a collection that need not be open.</summary>
/// <param name="Options">What was fixed when it was created.</param>
/// <param name="Count">Points after the last batch that is on the disk.</param>
/// <param name="Segments">Segment files.</param>
/// <param name="Bytes">Length of all files together.</param>
public sealed record CollectionSummary(CollectionOptions Options, long Count, int Segments, long Bytes);
