namespace EdgeSim.Engine.Replies;

/// <param name="Metric">What a score is: cosine and dot as they are; euclid is the negated distance.</param>
/// <param name="Complete">
/// False would mean that rows were left out; an exact scan never leaves one out.
/// </param>
public sealed record SearchReply(
    string Collection,
    string Metric,
    string? Model,
    IReadOnlyList<SearchHit> Matches,
    string Strategy,
    string Kernel,
    long RowsScanned,
    long RowsRescored,
    long BytesRead,
    bool Complete,
    double EncodeMs,
    double SearchMs) : Reply;
