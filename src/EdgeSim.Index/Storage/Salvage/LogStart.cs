namespace EdgeSim.Index.Storage.Salvage;

/// <summary>From where on logs count.</summary>
/// <param name="Number">The first log; 0: whichever there are.</param>
/// <param name="Sequence">The last batch that is in segments, at least.</param>
/// <param name="Durable">The last batch that had been durable, at least.</param>
/// <param name="IsCertain">
/// Whether the segments hold exactly the batches up to that one: then the next one must be in the logs.
/// </param>
internal readonly record struct LogStart(uint Number, ulong Sequence, ulong Durable, bool IsCertain)
{
    /// <summary>What a slot says; without one nothing is certain.</summary>
    internal static LogStart Of(ManifestSlot? slot)
        => slot is { } newest
            ? new LogStart(newest.LogNumber, newest.Sequence, newest.Durable, true)
            : default;
}
