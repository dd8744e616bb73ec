using EdgeSim.Index;

namespace EdgeSim.Commands.Reports;

/// <summary>One segment of a plan.</summary>
public sealed record PlanLine(
    int? Segment,
    long Rows,
    string Strategy,
    int Breadth,
    int Rescored,
    bool Measured,
    double Recall,
    double Milliseconds,
    long DiskBytes,
    long ResidentBytes,
    string Reason)
{
    internal static PlanLine Of(SegmentPlan plan) => new(
        plan.Segment,
        plan.Rows,
        SearchStrategies.NameOf(plan.Effort.Strategy),
        plan.Effort.Breadth,
        plan.Effort.Rescored,
        plan.IsMeasured,
        plan.Recall,
        plan.Milliseconds,
        plan.DiskBytes,
        plan.ResidentBytes,
        plan.Reason);
}
