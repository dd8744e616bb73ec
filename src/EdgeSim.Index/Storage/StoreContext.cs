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
