using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage;

/// <summary>Fresh rows as one batch left them.</summary>
/// <param name="rows">The rows, to which the writer goes on appending.</param>
/// <param name="count">Rows that were there.</param>
/// <param name="sequence">The batch.</param>
/// <param name="liveCount">Rows that lived.</param>
internal sealed class FreshView(FreshRows rows, int count, ulong sequence, int liveCount) : IRowSource
{
    private int[]? _order;

    internal FreshRows Rows => rows;

    public int RowCount => count;

    public int LiveCount => liveCount;

    internal ulong Sequence => sequence;

    public bool IsLive(int ordinal) => rows.DeadFrom(ordinal) > sequence;

    public Key Key(int ordinal) => rows.Key(ordinal);

    public int PayloadLength(int ordinal) => rows.PayloadLength(ordinal);

    public ReadOnlySpan<byte> Payload(int ordinal) => rows.Payload(ordinal);

    public int OrdinalByKey(int n) => (_order ??= rows.Order(count))[n];

    public int VectorOf(int column, int ordinal) => rows.VectorOf(column, ordinal);

    public int VectorCount(int column) => CountOf(column);

    public bool IsInListOrder(int column) => false;

    public void Forget()
    {
    }

    public ReadOnlySpan<sbyte> Codes(int column, int vector) => rows.Column(column).Codes(vector, 1);

    public QuantizedRow Side(int column, int vector) => rows.Column(column).Side(vector);

    /// <summary>Vectors of a column that were there. O(log vectors).</summary>
    internal int CountOf(int column) => rows.Column(column).CountBefore(count);

    /// <summary>The live row of a key; -1 when there is none.</summary>
    internal int Find(Key key) => rows.Find(key, count, sequence);
}
