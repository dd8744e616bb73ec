namespace EdgeSim.Index.Payloads;

/// <summary>A value equals this one. 5 and 5.0 differ, as do "5" and 5.</summary>
/// <param name="Path">Where.</param>
/// <param name="Value">A text, an integer or a boolean.</param>
public sealed record MatchValue(string Path, PayloadValue Value) : Condition;
