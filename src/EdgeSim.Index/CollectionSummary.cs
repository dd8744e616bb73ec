namespace EdgeSim.Index;

/// <summary>What <see cref="Collection.Describe"/> says about a collection that need not be open.</summary>
/// <param name="Options">What was fixed when it was created.</param>
/// <param name="Count">Committed rows that no newer row of the same key has replaced.</param>
/// <param name="Segments">Committed segment files.</param>
/// <param name="Bytes">Their length together.</param>
public sealed record CollectionSummary(CollectionOptions Options, long Count, int Segments, long Bytes);
