namespace EdgeSim.Commands.Reports;

/// <param name="Path">The file.</param>
/// <param name="Reason">What is wrong with it and what to do.</param>
public sealed record RefusedFile(string Path, string Reason);
