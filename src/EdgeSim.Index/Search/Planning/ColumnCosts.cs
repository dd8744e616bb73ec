namespace EdgeSim.Index.Search.Planning;

/// <summary>What the steps of a search cost on a machine, for the rows of one column.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Stride">Bytes of a row's codes.</param>
/// <param name="ProductBytes">Bytes of a row's product code; 0: it has none.</param>
/// <param name="BitBytes">Bytes of a row's one-bit code; 0: it has none.</param>
/// <param name="Lists">Its lists; 0: it has none.</param>
/// <param name="Missing">The share of the bytes that is not in memory, 0 to 1.</param>
internal readonly record struct ColumnCosts(
    SearchCosts Machine, int Stride, int ProductBytes, int BitBytes, int Lists, double Missing)
{
    /// <summary>A measured way.</summary>
    internal double Ns(in CurvePoint point) => Machine.Ns(
        point, Stride, CompressedBytes((SearchStrategy)point.Strategy), Lists, Missing);

    /// <summary>Every row.</summary>
    internal double FlatNs(long rows) => Machine.FlatNs(rows, Stride, Missing);

    internal int CompressedBytes(SearchStrategy strategy) => strategy switch
    {
        SearchStrategy.IvfProduct => ProductBytes,
        SearchStrategy.IvfBits => BitBytes,
        _ => 0,
    };
}
