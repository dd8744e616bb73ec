namespace EdgeSim.Index.Search.Planning;

/// <summary>
/// What the steps of a search take on a machine, in nanoseconds. Only their ratios decide which strategy is
/// taken, and those differ little from machine to machine; the absolute values are for what people are told.
/// </summary>
/// <param name="BytesPerNs">Codes that stream past the query.</param>
/// <param name="RowNs">Each row compared, beside its bytes.</param>
/// <param name="MissNs">Each row that is fetched from somewhere in memory.</param>
/// <param name="EstimateBytesPerNs">Compressed codes that are looked up.</param>
/// <param name="ListNs">Each list, beside its rows.</param>
/// <param name="HopNs">Each row whose links are followed.</param>
/// <param name="QueryNs">Each query.</param>
public sealed record SearchCosts(
    double BytesPerNs,
    double RowNs,
    double MissNs,
    double EstimateBytesPerNs,
    double ListNs,
    double HopNs,
    double QueryNs)
{
    /// <summary>A desktop core, measured with <c>edgesim bench kernels</c> and <c>bench ann</c>.</summary>
    public static SearchCosts Default { get; } = new(30, 1.5, 25, 50, 150, 60, 3000);

    /// <summary>Every row in one stream.</summary>
    internal double FlatNs(long rows, int stride) => QueryNs + (rows * RowsNs(stride));

    /// <summary>A measured way.</summary>
    internal double Ns(in CurvePoint point, int stride, int compressedBytes)
    {
        var strategy = (SearchStrategy)point.Strategy;
        double compare = RowsNs(stride)
            + (strategy == SearchStrategy.Ivf ? 0 : MissNs);
        return QueryNs
            + (point.Compared * compare)
            + (point.Measured * ((stride / BytesPerNs * 4) + RowNs))
            + (point.Estimated * compressedBytes / EstimateBytesPerNs)
            + (point.Lists * ListNs)
            + (point.Expanded * HopNs);
    }

    private double RowsNs(int stride) => RowNs + (stride / BytesPerNs);
}
