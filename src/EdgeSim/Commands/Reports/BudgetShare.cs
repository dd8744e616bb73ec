namespace EdgeSim.Commands.Reports;

/// <param name="Lower">The command that lowers it, or <c>fixed</c>.</param>
public sealed record BudgetShare(string Name, long Bytes, string Lower);
