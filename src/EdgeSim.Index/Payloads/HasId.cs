namespace EdgeSim.Index.Payloads;

/// <summary>The point is one of these.</summary>
/// <param name="Keys">At most <see cref="IndexLimits.FilterValuesMax"/>.</param>
public sealed record HasId(IReadOnlyList<Key> Keys) : Condition;
