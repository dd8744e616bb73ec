namespace EdgeSim.Engine.Replies;

/// <param name="Metric">What a score is: cosine and dot as they are; euclid is the negated distance.</param>
/// <param name="Complete">
/// Whether the answer is the exact one: every row that could be nearer was looked at.
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
