namespace EdgeSim.Index;

/// <summary>One segment file of a collection.</summary>
/// <param name="FileName">Name inside the collection's directory.</param>
/// <param name="Rows">Rows in the file.</param>
/// <param name="LiveRows">Rows that no newer row of the same key has replaced.</param>
/// <param name="Bytes">Length of the file.</param>
public sealed record SegmentInfo(string FileName, int Rows, int LiveRows, long Bytes);
