namespace EdgeSim.Engine.Requests;

/// <summary>The nearest neighbours of a vector, a text, a picture or a stored point.</summary>
/// <param name="K">1..<see cref="Limits.KMax"/>.</param>
public sealed record SearchRequest(string Collection, PointInput Query, int K) : Request;
