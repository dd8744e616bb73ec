namespace EdgeSim.Index.Payloads;

/// <summary>A value is there, is not null, and equals none of these.</summary>
/// <param name="Path">Where.</param>
/// <param name="Values">At most <see cref="IndexLimits.FilterValuesMax"/>.</param>
public sealed record MatchExcept(string Path, IReadOnlyList<PayloadValue> Values) : Condition;
