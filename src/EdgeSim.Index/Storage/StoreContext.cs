namespace EdgeSim.Index.Storage;

/// <summary>What every part of an open collection knows.</summary>
/// <param name="Path">The directory.</param>
/// <param name="Files">The disk.</param>
/// <param name="Descriptor">What the collection is.</param>
/// <param name="Settings">How it behaves while it is open.</param>
internal sealed record StoreContext(
    string Path, DurableFiles Files, Descriptor Descriptor, CollectionSettings Settings)
{
    internal CollectionOptions Options => Descriptor.Options;

    internal Durability Durability => Settings.Durability ?? Descriptor.Options.Durability;

    /// <summary>Of each vector what is built for it when a segment is written.</summary>
    internal IReadOnlyList<ColumnStructures> Structures
        => [.. Descriptor.Options.Vectors.Select(vector => ColumnStructures.Of(vector, Settings))];

    /// <summary>
    /// What the order of vectors in segments follows from beside the vectors; 0: they are in that of the
    /// rows.
    /// </summary>
    internal uint OrderFingerprint
        => Structures.Aggregate(0u, (all, one) => (all * 31) + (one.Lists?.Fingerprint ?? 0));

    /// <summary>A file of the collection.</summary>
    internal string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// Removes a file that nothing needs any more, now or when the collection is opened next.
    /// </summary>
    internal void TryDelete(string name)
    {
        try
        {
            Files.Delete(File(name));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Left for OrphanFiles.Remove.
        }
    }
}
