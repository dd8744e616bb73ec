namespace EdgeSim.Commands.Reports;

/// <param name="Version">Null when it cannot be used.</param>
/// <param name="Problem">Null when it can be used.</param>
public sealed record LibraryReport(string Name, string? Version, string? Problem);
