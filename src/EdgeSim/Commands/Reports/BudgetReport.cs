namespace EdgeSim.Commands.Reports;

/// <param name="PlannedBytes">Private memory at most.</param>
/// <param name="MappedBytes">What is left for mapped pages of the index.</param>
public sealed record BudgetReport(
    long RamBytes, IReadOnlyList<BudgetShare> Shares, long PlannedBytes, long MappedBytes, bool Fits);
