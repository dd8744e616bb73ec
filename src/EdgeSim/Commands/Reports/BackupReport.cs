namespace EdgeSim.Commands.Reports;

/// <summary>What <c>backup</c> wrote.</summary>
/// <param name="SharedBytes">
/// Of the bytes, those that share their place on the disk with the collection.
/// </param>
public sealed record BackupReport(
    string Collection, string Target, long Points, long Bytes, long SharedBytes, double Ms);
