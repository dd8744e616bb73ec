namespace EdgeSim.Index.Payloads;

/// <summary>A value equals one of these; none, nothing does.</summary>
/// <param name="Path">Where.</param>
/// <param name="Values">At most <see cref="IndexLimits.FilterValuesMax"/>.</param>
public sealed record MatchAny(string Path, IReadOnlyList<PayloadValue> Values) : Condition;
