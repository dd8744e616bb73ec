namespace EdgeSim.Commands.Reports;

/// <summary>What <c>bench encode</c> measured, medians.</summary>
/// <param name="Threads">Threads of one encoder run.</param>
public sealed record BenchReport(
    string Version, string Compilation, string Runtime, string Architecture, int Threads, int Rounds,
    IReadOnlyList<BenchLine> Lines);
