using System.Buffers;

namespace EdgeSim.Index.Payloads;

/// <summary>
/// Finds the rows that fulfil a filter. Indexed conditions narrow the candidates first; payloads are read of
/// the rows that are left. Keeps its bitmaps from call to call, at most two a level of filters and condition
/// lists: rows / 4 bytes each pair. Not for several threads.
/// </summary>
internal sealed class FilterEvaluator
{
    private readonly Stack<RowBitmap> _free = new();

    /// <summary>How many live rows fulfil the filter; reads indexes only. O(conditions x log rows).</summary>
    public static Cardinality Estimate(PreparedFilter filter, IFilterRows rows) => filter.Root.Estimate(rows);

    /// <summary>
    /// Makes the destination the live rows that fulfil the filter. O(rows / 64) for each indexed condition,
    /// O(bytes of the payloads left) for the others.
    /// </summary>
    /// <exception cref="IndexCorruptException">An index or a payload is damaged.</exception>
    public void Evaluate(PreparedFilter filter, IFilterRows rows, RowBitmap destination)
    {
        destination.Reset(rows.RowCount);
        if (rows.LiveCount == rows.RowCount)
        {
            destination.SetAll();
        }
        else
        {
            for (int row = 0; row < rows.RowCount; row++)
            {
                if (rows.IsLive(row))
                {
                    destination.Set(row);
                }
            }
        }

        Restrict(filter.Root, rows, destination);
    }

    /// <summary>An empty bitmap, to be returned.</summary>
    internal RowBitmap Rent(int rowCount)
    {
        RowBitmap bitmap = _free.TryPop(out RowBitmap? free) ? free : new RowBitmap();
        bitmap.Reset(rowCount);
        return bitmap;
    }

    internal void Return(RowBitmap bitmap) => _free.Push(bitmap);

    private void Restrict(PreparedCondition condition, IFilterRows rows, RowBitmap candidates)
    {
        if (!condition.UsesIndex(rows))
        {
            Scan(condition, rows, candidates, candidates);
        }
        else if (condition is GroupCondition group)
        {
            RestrictGroup(group, rows, candidates);
        }
        else
        {
            RowBitmap hits = Rent(rows.RowCount);
            RowBitmap doubts = Rent(rows.RowCount);
            condition.Lookup(rows, this, hits, doubts);
            doubts.AndNot(hits);
            doubts.And(candidates);
            candidates.And(hits);
            Scan(condition, rows, doubts, doubts);
            candidates.Or(doubts);
            Return(doubts);
            Return(hits);
        }
    }

    private void RestrictGroup(GroupCondition group, IFilterRows rows, RowBitmap candidates)
    {
        foreach (PreparedCondition condition in group.Must)
        {
            if (condition.UsesIndex(rows))
            {
                Restrict(condition, rows, candidates);
            }
        }

        foreach (PreparedCondition condition in group.MustNot)
        {
            if (condition.UsesIndex(rows))
            {
                RowBitmap not = Rent(rows.RowCount);
                not.CopyFrom(candidates);
                Restrict(condition, rows, not);
                candidates.AndNot(not);
                Return(not);
            }
        }

        foreach ((PreparedCondition[] conditions, int count) in group.Some)
        {
            if (count == 1 && GroupCondition.AnyUsesIndex(conditions, rows))
            {
                RestrictToAny(conditions, rows, candidates);
            }
            else if (GroupCondition.AnyUsesIndex(conditions, rows))
            {
                RestrictToSome(conditions, count, rows, candidates);
            }
        }

        ScanRest(group, rows, candidates);
    }

    /// <summary>What a condition has let through is not asked of the next.</summary>
    private void RestrictToAny(PreparedCondition[] conditions, IFilterRows rows, RowBitmap candidates)
    {
        RowBitmap found = Rent(rows.RowCount);
        RowBitmap left = Rent(rows.RowCount);
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (PreparedCondition condition in conditions)
            {
                if (condition.UsesIndex(rows) == (pass == 0))
                {
                    left.CopyFrom(candidates);
                    left.AndNot(found);
                    Restrict(condition, rows, left);
                    found.Or(left);
                }
            }
        }

        candidates.And(found);
        Return(left);
        Return(found);
    }

    private void RestrictToSome(
        PreparedCondition[] conditions, int count, IFilterRows rows, RowBitmap candidates)
    {
        ushort[] borrowed = ArrayPool<ushort>.Shared.Rent(rows.RowCount);
        Span<ushort> held = borrowed.AsSpan(0, rows.RowCount);
        held.Clear();
        RowBitmap left = Rent(rows.RowCount);
        foreach (PreparedCondition condition in conditions)
        {
            left.CopyFrom(candidates);
            Restrict(condition, rows, left);
            for (int row = left.Next(0); row >= 0; row = left.Next(row + 1))
            {
                held[row]++;
            }
        }

        for (int row = candidates.Next(0); row >= 0; row = candidates.Next(row + 1))
        {
            if (held[row] < count)
            {
                candidates.Unset(row);
            }
        }

        Return(left);
        ArrayPool<ushort>.Shared.Return(borrowed);
    }

    /// <summary>
    /// All that no index answers, in one pass, so that a payload is read once. Allocates three short lists,
    /// and nothing where indexes answer everything.
    /// </summary>
    private static void ScanRest(GroupCondition group, IFilterRows rows, RowBitmap candidates)
    {
        if (!NeedsScan(group, rows))
        {
            return;
        }

        var must = new List<PreparedCondition>();
        var mustNot = new List<PreparedCondition>();
        var some = new List<(PreparedCondition[], int)>();
        foreach (PreparedCondition condition in group.Must)
        {
            AddIf(!condition.UsesIndex(rows), condition, must);
        }

        foreach (PreparedCondition condition in group.MustNot)
        {
            AddIf(!condition.UsesIndex(rows), condition, mustNot);
        }

        foreach ((PreparedCondition[] conditions, int count) in group.Some)
        {
            AddIf(!GroupCondition.AnyUsesIndex(conditions, rows), (conditions, count), some);
        }

        var rest = new GroupCondition { Must = [.. must], MustNot = [.. mustNot], Some = [.. some] };
        Scan(rest, rows, candidates, candidates);
    }

    private static bool NeedsScan(GroupCondition group, IFilterRows rows)
    {
        bool needs = false;
        foreach (PreparedCondition condition in group.Must)
        {
            needs |= !condition.UsesIndex(rows);
        }

        foreach (PreparedCondition condition in group.MustNot)
        {
            needs |= !condition.UsesIndex(rows);
        }

        foreach ((PreparedCondition[] conditions, _) in group.Some)
        {
            needs |= !GroupCondition.AnyUsesIndex(conditions, rows);
        }

        return needs;
    }

    private static void AddIf<T>(bool isMeant, T value, List<T> list)
    {
        if (isMeant)
        {
            list.Add(value);
        }
    }

    /// <summary>Takes the rows that do not fulfil the condition out of the destination.</summary>
    private static void Scan(
        PreparedCondition condition, IFilterRows rows, RowBitmap candidates, RowBitmap destination)
    {
        for (int row = candidates.Next(0); row >= 0; row = candidates.Next(row + 1))
        {
            if (!condition.Matches(rows.Key(row), rows.Payload(row)))
            {
                destination.Unset(row);
            }
        }
    }
}
