namespace EdgeSim.Index.Transfer;

/// <summary>What a backup holds.</summary>
/// <param name="Points">Points.</param>
/// <param name="Sequence">The last batch that is in it.</param>
/// <param name="Files">Files.</param>
/// <param name="Bytes">Their length together.</param>
/// <param name="SharedBytes">Of these, what shares its place on the disk with the collection.</param>
public sealed record BackupResult(long Points, ulong Sequence, int Files, long Bytes, long SharedBytes);
