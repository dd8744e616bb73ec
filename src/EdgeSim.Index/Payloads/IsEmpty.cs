namespace EdgeSim.Index.Payloads;

/// <summary>The field is missing, null or an array without elements; with several, all of them.</summary>
/// <param name="Path">Where.</param>
public sealed record IsEmpty(string Path) : Condition;
