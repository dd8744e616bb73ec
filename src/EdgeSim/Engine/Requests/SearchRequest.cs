namespace EdgeSim.Engine.Requests;

/// <summary>The nearest neighbours of a vector, a text, a picture or a stored point.</summary>
/// <param name="K">1..<see cref="Limits.KMax"/>.</param>
/// <param name="Recall">
/// Share of the true matches, more than 0 and up to 1; null: the collection's; 1: the exact answer.
/// </param>
public sealed record SearchRequest(
    string Collection, PointInput Query, int K, float? Recall = null) : Request;
