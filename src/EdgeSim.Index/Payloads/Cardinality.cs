namespace EdgeSim.Index.Payloads;

/// <summary>
/// How many live rows fulfil a filter, before it is evaluated. The bounds are certain, the number in between
/// assumes conditions to be independent.
/// </summary>
internal readonly record struct Cardinality(int Min, int Expected, int Max);
