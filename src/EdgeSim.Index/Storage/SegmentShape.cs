namespace EdgeSim.Index.Storage;

/// <summary>What the layout of a segment follows from.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Vectors">Vectors of each column.</param>
/// <param name="HasUuids">Whether some key is a UUID.</param>
/// <param name="PayloadBytes">Bytes of all payloads.</param>
internal sealed record SegmentShape(int Rows, int[] Vectors, bool HasUuids, long PayloadBytes)
{
    /// <summary>
    /// Of each column whether its vectors are in another order than the rows; null: none is.
    /// </summary>
    internal bool[]? IsReordered { get; init; }

    /// <summary>Whether a column needs the maps between rows and vectors.</summary>
    internal bool HasMaps(int column) => Vectors[column] < Rows || IsReordered?[column] == true;

    /// <summary>The shape of what the live rows of some sources make.</summary>
    internal static SegmentShape Of(IReadOnlyList<IRowSource> sources, int columns)
    {
        var vectors = new int[columns];
        int rows = 0;
        bool hasUuids = false;
        long payloadBytes = 0;
        foreach (IRowSource source in sources)
        {
            for (int i = 0; i < source.RowCount; i++)
            {
                if (!source.IsLive(i))
                {
                    continue;
                }

                rows++;
                hasUuids |= source.Key(i).IsUuid;
                payloadBytes += source.PayloadLength(i);
                for (int column = 0; column < columns; column++)
                {
                    vectors[column] += source.VectorOf(column, i) >= 0 ? 1 : 0;
                }
            }
        }

        return new SegmentShape(rows, vectors, hasUuids, payloadBytes);
    }
}
