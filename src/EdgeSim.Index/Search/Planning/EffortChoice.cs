namespace EdgeSim.Index.Search.Planning;

/// <summary>A way to search a segment, and what is expected of it.</summary>
/// <param name="Effort">Strategy and numbers.</param>
/// <param name="Recall">Share of the true matches that it finds.</param>
/// <param name="CostNs">What one query takes, about.</param>
internal readonly record struct EffortChoice(SearchEffort Effort, double Recall, double CostNs);
