namespace EdgeSim.Index.Payloads;

/// <summary>Rows of a segment, or fresh ones, as filters see them; spans live until the next call.</summary>
internal interface IFilterRows
{
    /// <summary>Rows, live or not.</summary>
    int RowCount { get; }

    /// <summary>Rows that are neither deleted nor replaced.</summary>
    int LiveCount { get; }

    /// <summary>Indexes over the payloads of all rows, if there are any.</summary>
    PayloadIndexes? Indexes { get; }

    /// <summary>Whether a row is neither deleted nor replaced.</summary>
    bool IsLive(int row);

    /// <summary>Its key.</summary>
    Key Key(int row);

    /// <summary>Its payload, which has passed <see cref="PayloadRules"/>.</summary>
    ReadOnlySpan<byte> Payload(int row);

    /// <summary>The live row of a key, or -1.</summary>
    int FindKey(Key key);
}
