namespace EdgeSim.Commands.Reports;

/// <summary>Batches of one size.</summary>
/// <param name="Batch">Points of a batch.</param>
/// <param name="PointsPerSecond">Written, acknowledged and durable.</param>
/// <param name="BatchMs">One batch; median.</param>
/// <param name="PlainMs">
/// As many bytes as the batch logs, appended to a file of the same folder and flushed (fdatasync); median.
/// </param>
/// <param name="Ratio">BatchMs / PlainMs.</param>
public sealed record StoreBenchLine(
    int Batch, double PointsPerSecond, double BatchMs, double PlainMs, double Ratio);
