using EdgeSim.Index.Quantization;

namespace EdgeSim.Index.Storage.Salvage;

/// <summary>
/// The rows of a damaged segment that can be saved, on their way into a new one: those whose key and payload
/// are good. A vector that is not is left out. Memory: some bits a row, and 4 bytes a row where the keys have
/// to be sorted again.
/// </summary>
internal sealed class SalvageRows : IRowSource
{
    private readonly SalvageSegment _segment;
    private readonly ulong[] _live;
    private readonly ulong[]?[] _lostVectors;
    private readonly int[]? _order;
    private readonly SalvageSection _keyOrder;

    /// <param name="segment">The segment.</param>
    /// <param name="dead">Its rows that had been deleted or replaced.</param>
    /// <param name="isOrderSound">Whether its own key order can be believed.</param>
    internal SalvageRows(SalvageSegment segment, Tombstones dead, bool isOrderSound)
    {
        _segment = segment;
        Dead = dead;
        _keyOrder = segment.Find(SectionId.KeyOrder)!;
        _live = new ulong[(segment.RowCount + 63) / 64];
        _lostVectors = new ulong[]?[segment.Columns.Count];
        for (int row = 0; row < segment.RowCount; row++)
        {
            if (!dead.IsDead(row) && segment.TryKey(row, out _) && segment.TryPayload(row, out _))
            {
                _live[row / 64] |= 1UL << (row & 63);
                LiveCount++;
                FindLostVectors(row);
            }
        }

        _order = isOrderSound ? null : Sort();
    }

    internal SalvageSegment Segment => _segment;

    internal Tombstones Dead { get; }

    /// <summary>Whether some row that is saved has lost a vector.</summary>
    internal bool HasLostVectors => Array.Exists(_lostVectors, lost => lost is not null);

    /// <inheritdoc/>
    public int RowCount => _segment.RowCount;

    /// <inheritdoc/>
    public int LiveCount { get; private set; }

    /// <inheritdoc/>
    public bool IsLive(int ordinal) => (_live[ordinal / 64] & (1UL << (ordinal & 63))) != 0;

    /// <inheritdoc/>
    public Key Key(int ordinal) => _segment.TryKey(ordinal, out Key key) ? key : throw NotSaved(ordinal);

    /// <inheritdoc/>
    public int PayloadLength(int ordinal) => Payload(ordinal).Length;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Payload(int ordinal)
        => _segment.TryPayload(ordinal, out ReadOnlySpan<byte> payload) ? payload : throw NotSaved(ordinal);

    /// <inheritdoc/>
    public int OrdinalByKey(int n) => _order is null ? (int)_keyOrder.Read<uint>(n, 1)[0] : _order[n];

    /// <inheritdoc/>
    public int VectorOf(int column, int ordinal)
        => HasLost(column, ordinal) ? SalvageColumn.Absent : _segment.Columns[column].VectorOf(ordinal);

    /// <inheritdoc/>
    public int VectorCount(int column) => _segment.Columns[column].Count;

    /// <inheritdoc/>
    public bool IsInListOrder(int column) => _segment.Find(SectionId.Lists, column) is not null;

    /// <inheritdoc/>
    public void Forget()
    {
    }

    /// <inheritdoc/>
    public ReadOnlySpan<sbyte> Codes(int column, int vector)
        => _segment.Columns[column].TryVector(vector, out ReadOnlySpan<sbyte> codes, out _)
            ? codes
            : throw NotSaved(vector);

    /// <inheritdoc/>
    public QuantizedRow Side(int column, int vector)
        => _segment.Columns[column].TryVector(vector, out _, out QuantizedRow side)
            ? side
            : throw NotSaved(vector);

    /// <summary>Whether a row that is saved has lost a vector, or may have.</summary>
    internal bool HasLost(int column, int ordinal)
        => _lostVectors[column] is { } lost && (lost[ordinal / 64] & (1UL << (ordinal & 63))) != 0;

    private void FindLostVectors(int row)
    {
        for (int column = 0; column < _lostVectors.Length; column++)
        {
            SalvageColumn vectors = _segment.Columns[column];
            int vector = vectors.VectorOf(row);
            if (vector == SalvageColumn.Unknown
                || (vector >= 0 && !vectors.TryVector(vector, out _, out _)))
            {
                ulong[] lost = _lostVectors[column] ??= new ulong[_live.Length];
                lost[row / 64] |= 1UL << (row & 63);
            }
        }
    }

    /// <summary>The rows saved in the order of their keys, then the others.</summary>
    private int[] Sort()
    {
        var order = new int[RowCount];
        int first = 0;
        int last = RowCount;
        for (int row = 0; row < RowCount; row++)
        {
            if (IsLive(row))
            {
                order[first++] = row;
            }
            else
            {
                order[--last] = row;
            }
        }

        order.AsSpan(0, first).Sort((one, other) => Key(one).CompareTo(Key(other)));
        return order;
    }

    private IndexCorruptException NotSaved(int row)
        => new(_segment.Path, null, $"row {row} is damaged and was asked for all the same");
}
