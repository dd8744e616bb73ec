namespace EdgeSim.Index.Payloads;

/// <summary>
/// A text holds every word of this one, in any order. Words are runs of letters and digits, compared without
/// case. A text without a word is found nowhere.
/// </summary>
/// <param name="Path">Where.</param>
/// <param name="Text">At most <see cref="IndexLimits.QueryTokensMax"/> different words.</param>
public sealed record MatchText(string Path, string Text) : Condition;
