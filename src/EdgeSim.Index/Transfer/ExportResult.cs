namespace EdgeSim.Index.Transfer;

/// <summary>What an export wrote.</summary>
/// <param name="Points">Points written.</param>
/// <param name="WithoutVector">
/// Points that have no vector of the name asked for, which a format of vectors cannot hold: not written.
/// </param>
/// <param name="IdsPath">The file of their keys; null where the format holds them itself.</param>
/// <param name="PayloadsPath">
/// The file of their payloads; null where the format holds them itself, or none has one.
/// </param>
/// <param name="Bytes">Of all files.</param>
public sealed record ExportResult(
    long Points, long WithoutVector, string? IdsPath, string? PayloadsPath, long Bytes);
