namespace EdgeSim.Index;

/// <summary>What a repair lost at one place.</summary>
/// <param name="File">The file, as an absolute path before it was set aside.</param>
/// <param name="Offset">Where in it; null when the whole file is meant.</param>
/// <param name="What">What was there.</param>
public sealed record RepairLoss(string File, long? Offset, string What);
