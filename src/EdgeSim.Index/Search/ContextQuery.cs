namespace EdgeSim.Index.Search;

/// <summary>
/// Points on the right side of as many boundaries as possible, wherever there: the score is the sum over the
/// pairs of g(min(s+ - s- - e, 0)), s+ and s- the similarities to the two sides, g(x) = x / (1 + |x|) and e =
/// 2^-23. At most 0; rows on the right side of all have 0, and of these the older come first. Qdrant's
/// context search (lib/segment/src/vector_storage/query/context_query.rs), whose documentation leaves g and e
/// out. O(rows x pairs x dimension).
/// </summary>
/// <param name="Pairs">1 to <see cref="IndexLimits.ContextPairsMax"/>.</param>
public sealed record ContextQuery(IReadOnlyList<ContextPair> Pairs) : VectorQuery;
