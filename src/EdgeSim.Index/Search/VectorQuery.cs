namespace EdgeSim.Index.Search;

/// <summary>
/// What makes a point a good match: <see cref="NearestQuery"/>, <see cref="RecommendQuery"/>,
/// <see cref="DiscoverQuery"/> or <see cref="ContextQuery"/>. Points that a query names are no matches of it.
/// </summary>
/// <remarks>
/// Where several vectors make one score, their similarities are the cosine, the inner product, or for Euclid
/// minus the <i>squared</i> distance, as in Qdrant (lib/segment/src/spaces/simple.rs, euclid_similarity).
/// </remarks>
public abstract record VectorQuery
{
    private protected VectorQuery()
    {
    }
}
