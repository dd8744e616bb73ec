namespace EdgeSim.Index;

/// <summary>What opening a collection found in its logs.</summary>
/// <param name="Batches">Batches that were read back from the logs.</param>
/// <param name="Bytes">Bytes of the log files.</param>
/// <param name="DiscardedBytes">
/// Bytes at the end of a log that are no whole batch: one that was being written when the power went, or
/// damage to the newest. 0 after a clean end.
/// </param>
/// <param name="DiscardedIn">Where they begin; null when there are none.</param>
public sealed record RecoveryReport(int Batches, long Bytes, long DiscardedBytes, string? DiscardedIn);
