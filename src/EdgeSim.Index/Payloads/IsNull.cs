namespace EdgeSim.Index.Payloads;

/// <summary>The field is there and null. An array is not null, whatever its elements are.</summary>
/// <param name="Path">Where.</param>
public sealed record IsNull(string Path) : Condition;
