using System.Numerics;

namespace EdgeSim.Index.Storage;

/// <summary>
/// A segment as one snapshot sees it: with the rows that newer segments have replaced taken out. Costs one
/// bit a row, and only where something has been replaced.
/// </summary>
internal sealed class SegmentView
{
    private readonly ulong[]? _replaced;

    internal SegmentView(Segment segment)
        : this(segment, null)
    {
    }

    private SegmentView(Segment segment, ulong[]? replaced)
    {
        Segment = segment;
        _replaced = replaced;
        int count = 0;
        foreach (ulong bits in replaced ?? [])
        {
            count += BitOperations.PopCount(bits);
        }

        LiveCount = segment.RowCount - count;
    }

    internal Segment Segment { get; }

    /// <summary>Rows that have not been replaced.</summary>
    internal int LiveCount { get; }

    internal bool IsLive(int ordinal)
        => _replaced is null || ((_replaced[ordinal >> 6] >> (ordinal & 63)) & 1) == 0;

    /// <summary>
    /// This view without the rows whose keys newer rows have; itself when there are none. Where the ranges of
    /// keys do not overlap it costs one pass over the newer keys below the range, else one binary search here
    /// per key there: O(n log m).
    /// </summary>
    internal SegmentView Without(IRowSource newer)
    {
        ulong first = Segment.Key(Segment.OrdinalByKey(0));
        ulong last = Segment.Key(Segment.OrdinalByKey(Segment.RowCount - 1));
        ulong[]? replaced = null;
        for (int n = 0; n < newer.RowCount; n++)
        {
            ulong key = newer.Key(newer.OrdinalByKey(n));
            if (key > last)
            {
                break;
            }

            int ordinal = key < first ? -1 : Segment.Find(key);
            if (ordinal >= 0)
            {
                replaced ??= Copy();
                replaced[ordinal >> 6] |= 1UL << (ordinal & 63);
            }
        }

        return replaced is null ? this : new SegmentView(Segment, replaced);
    }

    private ulong[] Copy()
        => _replaced is null ? new ulong[(Segment.RowCount + 63) / 64] : (ulong[])_replaced.Clone();
}
