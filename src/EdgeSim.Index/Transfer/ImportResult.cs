namespace EdgeSim.Index.Transfer;

/// <summary>What an import did.</summary>
/// <param name="Points">Points read and stored; of those with one key the last.</param>
/// <param name="Sequence">The import's number among the collection's batches.</param>
public sealed record ImportResult(long Points, ulong Sequence);
