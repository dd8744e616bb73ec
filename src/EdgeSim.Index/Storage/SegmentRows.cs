namespace EdgeSim.Index.Storage;

/// <summary>The rows of an open segment as a source for a merge.</summary>
internal sealed class SegmentRows(SegmentView view) : IRowSource
{
    private readonly Segment _segment = view.Segment;

    public int RowCount => _segment.RowCount;

    public int LiveCount => view.LiveCount;

    public bool IsLive(int ordinal) => view.IsLive(ordinal);

    public ReadOnlySpan<sbyte> Codes(int ordinal) => _segment.Codes(ordinal, 1);

    public float Scale(int ordinal) => _segment.Scales(ordinal, 1)[0];

    public int SquareSum(int ordinal) => _segment.SquareSums(ordinal, 1)[0];

    public int CodeSum(int ordinal) => _segment.CodeSums(ordinal, 1)[0];

    public ulong Key(int ordinal) => _segment.Key(ordinal);

    public int PayloadLength(int ordinal) => _segment.PayloadLength(ordinal);

    public ReadOnlySpan<byte> Payload(int ordinal) => _segment.Payload(ordinal);

    public int OrdinalByKey(int n) => _segment.OrdinalByKey(n);
}
