namespace EdgeSim.Engine.Replies;

/// <param name="Index">Position in the request.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record RefusedPoint(int Index, string Reason);
