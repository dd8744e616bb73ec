namespace EdgeSim.Commands.Reports;

/// <summary>What <c>edgesim plan</c> says.</summary>
/// <param name="Collection">The collection; null: one that is imagined.</param>
/// <param name="Board">A board, or "this machine".</param>
/// <param name="Rows">Vectors in all.</param>
/// <param name="Recall">That was asked for.</param>
/// <param name="Milliseconds">One query through all segments, one thread.</param>
/// <param name="DiskBytes">That answer questions.</param>
/// <param name="ResidentBytes">Of those, kept in memory.</param>
/// <param name="Outgrown">Why the board is too small; null: it is not.</param>
public sealed record PlanReport(
    string? Collection,
    string Board,
    long Rows,
    int Dimension,
    int K,
    double Recall,
    double Selectivity,
    double Milliseconds,
    long DiskBytes,
    long ResidentBytes,
    string? Outgrown,
    IReadOnlyList<PlanLine> Segments);
