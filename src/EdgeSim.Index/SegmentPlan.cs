namespace EdgeSim.Index;

/// <summary>How a segment would be searched, and why.</summary>
/// <param name="Segment">Number of the segment; null: one that is only imagined.</param>
/// <param name="Rows">Vectors.</param>
/// <param name="Effort">Strategy and numbers.</param>
/// <param name="IsMeasured">Whether recall and work were measured on these rows, or are typical.</param>
/// <param name="Recall">Share of the true matches that is expected.</param>
/// <param name="Milliseconds">What one query takes on the machine, about.</param>
/// <param name="DiskBytes">Bytes of the file that answer questions.</param>
/// <param name="ResidentBytes">Those of them that one query after the other keeps in use.</param>
/// <param name="Reason">The choice in words.</param>
public sealed record SegmentPlan(
    int? Segment,
    long Rows,
    SearchEffort Effort,
    bool IsMeasured,
    double Recall,
    double Milliseconds,
    long DiskBytes,
    long ResidentBytes,
    string Reason);
