namespace EdgeSim.Commands.Reports;

/// <summary>What <c>bench fetch</c> prepared; beside the data as <c>dataset.json</c>.</summary>
/// <param name="Metric">As <c>bench ann --metric</c> takes it.</param>
/// <param name="Rows">Of base.fbin.</param>
/// <param name="Queries">Of query.fbin.</param>
/// <param name="K">Neighbours of each query in truth.ibin.</param>
/// <param name="Radius">Of range.ibin: the median distance of the tenth neighbour.</param>
/// <param name="RangeResults">Rows within it, of all queries together.</param>
/// <param name="RangeResultsMax">Of the query that has most.</param>
/// <param name="IntrinsicDimension">
/// Median over the queries of the maximum-likelihood estimate from their neighbours (Levina and Bickel 2004).
/// </param>
/// <param name="Seed">Of a set that is made up.</param>
/// <param name="TruthSeconds">That the exact answers took.</param>
public sealed record DatasetReport(
    string Name,
    string Summary,
    string Folder,
    string Metric,
    int Rows,
    int Queries,
    int Dimension,
    int K,
    double Radius,
    long RangeResults,
    int RangeResultsMax,
    double IntrinsicDimension,
    ulong? Seed,
    double TruthSeconds);
