using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage;

/// <summary>A segment as one snapshot sees it: without the rows that are dead by then.</summary>
internal sealed class SegmentView(Segment segment, Tombstones dead) : IRowSource
{
    internal Segment Segment => segment;

    internal Tombstones Dead => dead;

    public int RowCount => segment.RowCount;

    /// <summary>Rows that have not been deleted or replaced.</summary>
    public int LiveCount => segment.RowCount - dead.Count;

    public bool IsLive(int ordinal) => !dead.IsDead(ordinal);

    public Key Key(int ordinal) => segment.Key(ordinal);

    public int PayloadLength(int ordinal) => segment.PayloadLength(ordinal);

    public ReadOnlySpan<byte> Payload(int ordinal) => segment.Payload(ordinal);

    public int OrdinalByKey(int n) => segment.OrdinalByKey(n);

    public int VectorOf(int column, int ordinal) => segment.Column(column).VectorOf(ordinal);

    public int VectorCount(int column) => segment.Column(column).Count;

    public bool IsInListOrder(int column) => segment.Column(column).HasLists;

    public void Forget() => segment.DropPages();

    public ReadOnlySpan<sbyte> Codes(int column, int vector) => segment.Column(column).Codes(vector, 1);

    public QuantizedRow Side(int column, int vector) => segment.Column(column).Side(vector);

    /// <summary>
    /// This view without the rows whose keys a newer segment has; itself when there are none. For collections
    /// of format 1, which did not write down what is dead. O(n log m) where the ranges of keys overlap.
    /// </summary>
    internal SegmentView Without(Segment newer)
    {
        Tombstones.Builder? builder = null;
        for (int n = 0; n < newer.RowCount; n++)
        {
            Key key = newer.Key(newer.OrdinalByKey(n));
            if (key > segment.LastKey)
            {
                break;
            }

            int ordinal = segment.Find(key);
            if (ordinal >= 0 && IsLive(ordinal))
            {
                builder ??= new Tombstones.Builder(dead);
                builder.Set(ordinal, isDead: true);
            }
        }

        return builder is null ? this : new SegmentView(segment, builder.Finish());
    }
}
