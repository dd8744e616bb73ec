namespace EdgeSim.Index;

/// <summary>The acknowledgement of a batch: it is visible to every reader that comes now.</summary>
/// <param name="Sequence">
/// Number of the batch in the collection's history; after any power cut a collection holds the batches 1 to
/// some number.
/// </param>
/// <param name="Durability">What it survives.</param>
/// <param name="Points">Points that were inserted, replaced, changed or deleted.</param>
public readonly record struct WriteReceipt(ulong Sequence, Durability Durability, int Points);
