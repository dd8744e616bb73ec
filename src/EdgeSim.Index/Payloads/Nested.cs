namespace EdgeSim.Index.Payloads;

/// <summary>
/// One element of an array of maps fulfils a whole filter by itself; paths in it start at the element. Keys
/// in it are still the point's.
/// </summary>
/// <param name="Path">The array, with or without <c>[]</c> at its end.</param>
/// <param name="Filter">What the element fulfils.</param>
public sealed record Nested(string Path, Filter Filter) : Condition;
