namespace EdgeSim.Index.Search;

/// <summary>
/// The points nearest to a target among those on the right side of most boundaries: the score is the sum over
/// the pairs of +1 (nearer to the positive), -1 (nearer to the negative) or 0, plus f(s), s the similarity to
/// the target and f(x) = (x / (1 + |x|) + 1) / 2, between 0 and 1. Qdrant's discovery search
/// (lib/segment/src/vector_storage/query/discover_query.rs). O(rows x pairs x dimension).
/// </summary>
/// <param name="Target">Where to look.</param>
/// <param name="Pairs">0 to <see cref="IndexLimits.ContextPairsMax"/>.</param>
public sealed record DiscoverQuery(VectorInput Target, IReadOnlyList<ContextPair> Pairs) : VectorQuery;
