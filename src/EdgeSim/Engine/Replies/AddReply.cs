using EdgeSim.Index;

namespace EdgeSim.Engine.Replies;

/// <param name="Keys">One a point, in order, refused ones included.</param>
/// <param name="Points">Points in the collection now.</param>
/// <param name="Durable">Whether the points survive a power cut from now on.</param>
/// <param name="Refused">
/// Points that were left out because the request allowed it; null when there are none.
/// </param>
public sealed record AddReply(
    string Collection,
    IReadOnlyList<Key> Keys,
    long Points,
    bool Durable,
    double EncodeMs,
    double CommitMs,
    IReadOnlyList<RefusedPoint>? Refused = null) : Reply;
