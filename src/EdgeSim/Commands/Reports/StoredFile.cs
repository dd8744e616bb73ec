namespace EdgeSim.Commands.Reports;

/// <param name="Path">The file, absolute.</param>
/// <param name="Bytes">Its size.</param>
public sealed record StoredFile(string Path, long Bytes);
