namespace EdgeSim.Engine.Replies;

/// <param name="Keys">One a point, in order, refused ones included.</param>
/// <param name="Points">Points in the collection now.</param>
/// <param name="Durable">Always true so far: the reply comes after the disk has it.</param>
/// <param name="Refused">
/// Points that were left out because the request allowed it; null when there are none.
/// </param>
public sealed record AddReply(
    string Collection,
    IReadOnlyList<ulong> Keys,
    long Points,
    bool Durable,
    double EncodeMs,
    double CommitMs,
    IReadOnlyList<RefusedPoint>? Refused = null) : Reply;
