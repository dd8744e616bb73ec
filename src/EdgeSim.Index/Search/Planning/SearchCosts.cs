namespace EdgeSim.Index.Search.Planning;

/// <summary>
/// What the steps of a search take on a machine, in nanoseconds, one thread. Only their ratios decide which
/// strategy is taken; the absolute values are what <c>edgesim plan</c> tells people.
/// </summary>
public sealed record SearchCosts
{
    /// <summary>A desktop core, measured with <c>edgesim bench kernels</c> and <c>bench ann</c>.</summary>
    public static SearchCosts Default { get; } = new()
    {
        BytesPerNs = 24,
        RowNs = 1.5,
        MissNs = 60,
        EstimatedBytesPerNs = 30,
        ListNs = 400,
        HopNs = 100,
        QueryNs = 3000,
        DiskBytesPerNs = 1.5,
        DiskReadNs = 80_000,
    };

    /// <summary>Codes that stream past the query.</summary>
    public required double BytesPerNs { get; init; }

    /// <summary>Each row compared, beside its bytes.</summary>
    public required double RowNs { get; init; }

    /// <summary>Each row that is fetched from somewhere in memory.</summary>
    public required double MissNs { get; init; }

    /// <summary>Compressed codes that are looked up.</summary>
    public required double EstimatedBytesPerNs { get; init; }

    /// <summary>Each list, beside its rows.</summary>
    public required double ListNs { get; init; }

    /// <summary>Each row whose links are followed.</summary>
    public required double HopNs { get; init; }

    /// <summary>Each query.</summary>
    public required double QueryNs { get; init; }

    /// <summary>Bytes that the disk gives one after the other.</summary>
    public required double DiskBytesPerNs { get; init; }

    /// <summary>One read of 4 KiB from somewhere on the disk; several at once overlap.</summary>
    public required double DiskReadNs { get; init; }

    /// <summary>Every row in one stream.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="stride">Bytes of a row's codes.</param>
    /// <param name="missing">The share of the bytes that is not in memory, 0 to 1.</param>
    internal double FlatNs(long rows, int stride, double missing)
        => QueryNs + (rows * RowsNs(stride)) + (missing * rows * stride / DiskBytesPerNs);

    /// <summary>A measured way.</summary>
    /// <param name="point">What one query did.</param>
    /// <param name="stride">Bytes of a row's codes.</param>
    /// <param name="compressedBytes">Bytes of a row's compressed code.</param>
    /// <param name="lists">Lists of the column, all of which are ranked.</param>
    /// <param name="missing">The share of the bytes that is not in memory, 0 to 1.</param>
    internal double Ns(in CurvePoint point, int stride, int compressedBytes, int lists, double missing)
    {
        var strategy = (SearchStrategy)point.Strategy;
        bool isInLists = strategy == SearchStrategy.Ivf;
        double ranking = strategy == SearchStrategy.Hnsw ? 0 : lists * RowsNs(stride) * CachedFactor;
        bool isCoded = strategy is SearchStrategy.IvfProduct or SearchStrategy.IvfBits;
        double listNs = isCoded ? CodedListFactor * ListNs : ListNs;
        double apart = isInLists ? 0 : point.Compared;
        double together = (point.Estimated * compressedBytes) + (isInLists ? point.Compared * stride : 0);
        return (isCoded ? CodedQueryFactor * QueryNs : QueryNs)
            + ranking
            + (point.Compared * RowsNs(stride))
            + (apart * MissNs)
            + (point.Measured * ((stride / BytesPerNs * 4) + RowNs))
            + (point.Estimated * compressedBytes / EstimatedBytesPerNs)
            + (point.Lists * listNs)
            + (point.Expanded * HopNs)
            + (missing * ((together / DiskBytesPerNs) + (apart * DiskReadNs / ReadsAtOnce)));
    }

    /// <summary>Centroids are compared with every query, and so in a cache.</summary>
    private const double CachedFactor = 0.75;

    /// <summary>A list of compressed codes takes its centroid as well.</summary>
    private const double CodedListFactor = 2.5;

    /// <summary>Tables of products, or bit planes, are made for each query.</summary>
    private const double CodedQueryFactor = 4;

    /// <summary>Reads that a disk answers while it answers one; asked for ahead.</summary>
    private const double ReadsAtOnce = 8;

    private double RowsNs(int stride) => RowNs + (stride / BytesPerNs);
}
