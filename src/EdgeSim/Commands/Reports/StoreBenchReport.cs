namespace EdgeSim.Commands.Reports;

/// <summary>What <c>bench store</c> measured.</summary>
/// <param name="Folder">On whose disk.</param>
/// <param name="Dimension">Of the vectors.</param>
public sealed record StoreBenchReport(
    string Version, string Compilation, string Folder, int Dimension, IReadOnlyList<StoreBenchLine> Lines);
