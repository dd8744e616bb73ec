namespace EdgeSim.Index.Search;

/// <summary>Two places between which a boundary is drawn: on which side matches should be.</summary>
/// <param name="Positive">The side where.</param>
/// <param name="Negative">The side where not.</param>
public readonly record struct ContextPair(VectorInput Positive, VectorInput Negative);
