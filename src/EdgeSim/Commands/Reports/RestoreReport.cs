namespace EdgeSim.Commands.Reports;

/// <summary>What <c>restore</c> made.</summary>
public sealed record RestoreReport(string Collection, string Source, long Points, long Bytes, double Ms);
