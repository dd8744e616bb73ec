namespace EdgeSim.Commands.Reports;

/// <summary>What <c>models list</c> prints.</summary>
/// <param name="Folder">Where installed models are.</param>
public sealed record ModelsReport(string Folder, IReadOnlyList<ModelItem> Models);
