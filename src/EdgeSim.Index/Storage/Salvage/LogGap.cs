namespace EdgeSim.Index.Storage.Salvage;

/// <summary>Batches that were durable and cannot be read.</summary>
/// <param name="Path">The log they were in, as far as that is known.</param>
/// <param name="At">Where in it; null when the file is missing.</param>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last.</param>
internal readonly record struct LogGap(string Path, long? At, ulong First, ulong Last)
{
    /// <inheritdoc/>
    public override string ToString()
        => First == Last ? $"batch {First} cannot be read" : $"batches {First} to {Last} cannot be read";
}
