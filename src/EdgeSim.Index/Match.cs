namespace EdgeSim.Index;

/// <summary>A row, and how near it is to what was asked.</summary>
/// <param name="Key">The caller's id.</param>
/// <param name="Score">
/// Higher is nearer; its meaning is the collection's <see cref="Metric"/>. 0 when nothing was asked.
/// </param>
/// <param name="Segment">Number of the segment file that holds the row; negative for rows in memory.</param>
/// <param name="Ordinal">0-based position of the row in that file.</param>
public readonly record struct Match(Key Key, float Score, int Segment, int Ordinal);
