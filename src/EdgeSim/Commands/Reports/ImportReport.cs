namespace EdgeSim.Commands.Reports;

/// <summary>What <c>import</c> did.</summary>
/// <param name="Created">Whether the collection is new.</param>
/// <param name="Imported">Points read; of those with one key the last is stored.</param>
/// <param name="Points">In the collection now.</param>
public sealed record ImportReport(
    string Collection,
    string File,
    string Format,
    bool Created,
    long Imported,
    long Points,
    long BytesOnDisk,
    double Ms);
