namespace EdgeSim.Commands;

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

/// <param name="Path">The file.</param>
/// <param name="Reason">What is wrong with it and what to do.</param>
public sealed record RefusedFile(string Path, string Reason);
