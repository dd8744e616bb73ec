namespace EdgeSim.Index.Transfer;

/// <summary>Where the rows of a vector file are.</summary>
/// <param name="Count">Rows.</param>
/// <param name="Dimension">Components of a row.</param>
/// <param name="Element">How a component is stored.</param>
/// <param name="Start">Offset of the first row.</param>
/// <param name="Prefix">
/// Bytes before the components of each row: 0, or 4 where each row repeats its dimension as int32.
/// </param>
internal readonly record struct VectorLayout(
    long Count, int Dimension, VectorElement Element, int Start, int Prefix)
{
    internal int ElementBytes => Element switch
    {
        VectorElement.Float32 => sizeof(float),
        VectorElement.Float64 => sizeof(double),
        _ => 1,
    };

    internal long RowBytes => Prefix + ((long)Dimension * ElementBytes);

    /// <summary>Length of the whole file; wider than a file can be, as headers may state anything.</summary>
    internal Int128 FileBytes => Start + ((Int128)Count * RowBytes);
}
