namespace EdgeSim.Commands.Reports;

/// <summary>What an <c>index</c> run did.</summary>
/// <param name="Points">In the collection now.</param>
/// <param name="Stored">Encoded and stored by this run.</param>
/// <param name="Unchanged">Were there already with the same size, time and caption.</param>
/// <param name="Refused">Could not be encoded, with the reason each.</param>
public sealed record IndexReport(
    string Collection,
    string Model,
    int Dimension,
    long Points,
    int Stored,
    int Unchanged,
    IReadOnlyList<RefusedFile> Refused,
    double ReadMs,
    double EncodeMs,
    double CommitMs,
    long BytesOnDisk);
