namespace EdgeSim.Index.Transfer;

/// <summary>What was restored.</summary>
/// <param name="Points">Points.</param>
/// <param name="Sequence">The last batch that is in it.</param>
/// <param name="Bytes">Of all files.</param>
public sealed record RestoreResult(long Points, ulong Sequence, long Bytes);
