using EdgeSim.Index.Payloads;

namespace EdgeSim.Index.Storage;

/// <summary>A merge, new or to be gone on with.</summary>
/// <param name="Number">Number of the segment that it makes; 0: one is taken.</param>
/// <param name="Sources">The segments, with the rows that were dead when it began.</param>
/// <param name="Fields">The payload indexes of the result.</param>
/// <param name="DurableBytes">How far the result is durable already; 0: not begun.</param>
internal sealed record PendingMerge(
    uint Number,
    IReadOnlyList<SegmentView> Sources,
    IReadOnlyList<PayloadIndexField> Fields,
    long DurableBytes);
