namespace EdgeSim.Index.Storage;

/// <summary>Rows on their way into a segment file: those of an older segment, or fresh ones.</summary>
/// <remarks>
/// Laws: ordinals run from 0 to <see cref="RowCount"/>; <see cref="OrdinalByKey"/> is a permutation of them
/// in ascending order of key; no two live rows of the sources of one file have the same key. Spans live until
/// the next call.
/// </remarks>
internal interface IRowSource
{
    /// <summary>Rows, live or not.</summary>
    int RowCount { get; }

    /// <summary>Rows to be written.</summary>
    int LiveCount { get; }

    /// <summary>Whether a row is to be written.</summary>
    bool IsLive(int ordinal);

    /// <summary>[stride].</summary>
    ReadOnlySpan<sbyte> Codes(int ordinal);

    float Scale(int ordinal);

    int SquareSum(int ordinal);

    int CodeSum(int ordinal);

    ulong Key(int ordinal);

    int PayloadLength(int ordinal);

    ReadOnlySpan<byte> Payload(int ordinal);

    /// <summary>The ordinal of the row with the n-th smallest key.</summary>
    int OrdinalByKey(int n);
}
