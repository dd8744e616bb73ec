using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage;

/// <summary>Rows on their way into a segment file: those of an older segment, or fresh ones.</summary>
/// <remarks>
/// Laws: ordinals run from 0 to <see cref="RowCount"/>; <see cref="OrdinalByKey"/> is a permutation of them
/// in ascending order of key; no two live rows of the sources of one file have the same key. A column is one
/// of the collection's named vectors; its vectors are numbered in the order in which they lie, which need not
/// be that of the rows. Spans live until the next call.
/// </remarks>
internal interface IRowSource
{
    /// <summary>Rows, live or not.</summary>
    int RowCount { get; }

    /// <summary>Rows to be written.</summary>
    int LiveCount { get; }

    /// <summary>Whether a row is to be written.</summary>
    bool IsLive(int ordinal);

    Key Key(int ordinal);

    int PayloadLength(int ordinal);

    ReadOnlySpan<byte> Payload(int ordinal);

    /// <summary>The ordinal of the row with the n-th smallest key.</summary>
    int OrdinalByKey(int n);

    /// <summary>Position of a row's vector in a column; -1 when it has none.</summary>
    int VectorOf(int column, int ordinal);

    /// <summary>Vectors of a column, of rows that live or not.</summary>
    int VectorCount(int column);

    /// <summary>Whether the vectors of a column lie in another order than their rows.</summary>
    bool IsInListOrder(int column);

    /// <summary>[stride] codes of a vector of a column.</summary>
    ReadOnlySpan<sbyte> Codes(int column, int vector);

    /// <summary>The numbers beside the codes.</summary>
    QuantizedRow Side(int column, int vector);

    /// <summary>Takes what was read of a file out of this process's memory; it may be read again.</summary>
    void Forget();
}
