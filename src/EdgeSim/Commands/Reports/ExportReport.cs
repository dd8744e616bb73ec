namespace EdgeSim.Commands.Reports;

/// <summary>What <c>export</c> wrote.</summary>
/// <param name="WithoutVector">Points that have no vector of that name and were not written.</param>
/// <param name="Ids">The file of the keys, for formats of vectors.</param>
/// <param name="Payloads">The file of the payloads, for formats of vectors and where there are some.</param>
public sealed record ExportReport(
    string Collection,
    string File,
    string Format,
    long Points,
    long WithoutVector,
    string? Ids,
    string? Payloads,
    long Bytes,
    double Ms);
